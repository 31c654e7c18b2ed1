import FalProtocol
import JSON
import JSONSchema
import Models
import Platform

/// `fal-bridge schema validate ENDPOINT|SCHEMA.json FILE…`: checks JSON documents, without a queue or a server.
struct SchemaValidateCommand {
    private let schema: Schema
    private let files: [String]
    private let repetitions: Int?
    private let write: (String) -> Void

    private static let maxFileBytes = 64 << 20

    init(_ arguments: Arguments, write: @escaping (String) -> Void) throws {
        guard arguments.words.count >= 3 else {
            throw Arguments.Unusable(description: "schema validate ENDPOINT|SCHEMA.json FILE… [--repeat N]")
        }
        let name = arguments.words[1]
        let document: JSON
        if name.hasSuffix(".json") {
            document = try Self.read(name)
        } else if let model = try Catalog(folders: arguments.settings().schemaFolders).model(name) {
            document = model.input
        } else {
            throw Arguments.Unusable(description: "no schema for '\(name)'; see fal-bridge schema list")
        }
        do {
            schema = try Schema(document, options: SchemaOptions(assertsFormats: arguments.has("assert-formats")))
        } catch {
            throw Arguments.Unusable(description: "\(name): \(error)")
        }
        files = Array(arguments.words.dropFirst(2))
        repetitions = try arguments.count("repeat")
        self.write = write
    }

    private static func read(_ path: String) throws -> JSON {
        do { return try JSON.parse(Files.read(path, limit: maxFileBytes)) } catch {
            throw Arguments.Unusable(description: "\(path): \(error)")
        }
    }

    /// - Returns: the exit code, 1 when a file does not fit.
    func run() throws -> CInt {
        var hasFaults = false
        for file in files {
            let value = try Self.read(file)
            let faults = schema.faults(in: value)
            hasFaults = hasFaults || !faults.isEmpty
            write(faults.isEmpty ? "\(file) fits\n" : "\(file) does not fit\n")
            for fault in faults { write("  \(FieldFault(fault).json.text)\n") }
            if let repetitions { write("  \(repetitions) checks in \(time(repetitions, value)) seconds\n") }
        }
        return hasFaults ? 1 : 0
    }

    private func time(_ repetitions: Int, _ value: JSON) -> Double {
        let start = ContinuousClock.now
        for _ in 0..<repetitions { _ = schema.faults(in: value) }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
