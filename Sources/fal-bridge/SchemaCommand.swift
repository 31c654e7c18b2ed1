import Bridge
import FalProtocol
import Glibc
import JSON
import JSONSchema
import Models
import Platform

/// `fal-bridge schema`: the models that are known, and their documents; `validate` and `test-suite` are files of their own.
struct SchemaCommand {
    private let arguments: Arguments
    private let output: CInt

    private static let usage =
        "schema list, schema show [ENDPOINT], schema import FILE.json [-o OUT] or schema check FILE…"

    /// What is wrong with an OpenAPI document of somebody else's: enough to see what it is about.
    private static let maxLines = 20

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        switch arguments.words.first {
        case "test-suite": return try SchemaTestSuiteCommand(arguments, write: write).run()
        case "validate": return try SchemaValidateCommand(arguments, write: write).run()
        default: break
        }
        let (action, words) = (arguments.words.first ?? "list", arguments.words.dropFirst())
        guard action == "import" || !arguments.has("output") else {
            throw Arguments.Unusable(description: "--output belongs to 'schema import'")
        }
        switch (action, words.count) {
        case ("list", 0): return try list()
        case ("show", 0...1): return try show(words.first)
        case ("import", 1): return try importModel(words[1])
        case ("check", 1...): return try check(words)
        default: throw Arguments.Unusable(description: Self.usage)
        }
    }

    // MARK: What is known

    private func list() throws -> CInt {
        let catalog = try Catalog(folders: arguments.settings().schemaFolders)
        var code: CInt = 0
        for id in catalog.endpoints {
            do {
                guard let model = try catalog.model(id) else { continue }
                write("\(id)\t\(model.title)\n")
            } catch {
                complain(error.description)
                code = 1
            }
        }
        return code
    }

    private func show(_ endpoint: String?) throws -> CInt {
        let settings = try arguments.settings()
        let catalog = try Catalog(folders: settings.schemaFolders)
        let id = endpoint ?? settings.defaultEndpoint
        guard let model = try catalog.model(id) else {
            let nearest = Spelling.nearest(to: id, among: catalog.endpoints).map { "; did you mean '\($0)'?" }
            throw Arguments.Unusable(description: "no schema for '\(id)'\(nearest ?? "; see fal-bridge schema list")")
        }
        let document: JSON = ["endpoint": .string(id), "input": model.input, "output": model.output]
        write(document.prettyText + "\n")
        return 0
    }

    // MARK: Documents

    private func importModel(_ path: String) throws -> CInt {
        guard let file = try read(path) else { return 1 }
        let model: ModelImport
        do { model = try ModelImport(file.json) } catch {
            for fault in error.faults.prefix(Self.maxLines) { complain(sentence(fault, in: file)) }
            let more = error.faults.count - Self.maxLines
            if more > 0 { complain("and \(more) more") }
            return 1
        }
        for note in model.notes { complain("note: " + sentence(note, in: file)) }
        let text = model.document.prettyText + "\n"
        guard let target = arguments.last("output") else {
            write(text)
            return 0
        }
        let name = "\(model.endpoint).json"
        let isFolder = target.hasSuffix("/") || (try? Files.status(target))?.isDirectory == true
        let written = isFolder ? Files.join(target, name) : target
        do {
            try Files.makeDirectory(Files.parent(of: written), mode: 0o777)
            try Files.write(Array(text.utf8), to: written, mode: 0o666)
        } catch {
            throw Arguments.Unusable(description: "--output \(error.description)")
        }
        write("\(model.endpoint)\t\(written)\n")
        if written != name, !written.hasSuffix("/\(name)") {
            complain("note: --schemas finds the model only at DIR/\(name)")
        }
        return 0
    }

    private func check(_ paths: ArraySlice<String>) throws -> CInt {
        var code: CInt = 0
        for path in paths {
            guard let file = try read(path) else {
                code = 1
                continue
            }
            // A link, or a name with dots in it, is judged by what it leads to.
            let real = (try? Files.resolve(path)) ?? Files.absolute(path)
            var found = ModelCheck(file.json, path: real).faults.map { (file.place(of: $0.pointer), words(of: $0)) }
            found += file.duplicates.map { ($0.place, "'\($0.key)' stands twice in one object") }
            for (place, words) in found.sorted(by: { $0.0 < $1.0 }) { write(file.sentence(place, words) + "\n") }
            if !found.isEmpty { code = 1 }
        }
        return code
    }

    /// - Returns: nil for what is no JSON, after saying so.
    private func read(_ path: String) throws -> DocumentFile? {
        do throws(DocumentFile.Unusable) { return try DocumentFile(path) } catch {
            switch error {
            case .unreadable(let reason): throw Arguments.Unusable(description: reason)
            case .malformed where arguments.words.first == "check": write("\(error)\n")
            case .malformed: complain("\(error)")
            }
            return nil
        }
    }

    private func sentence(_ fault: DocumentFault, in file: DocumentFile) -> String {
        file.sentence(file.place(of: fault.pointer), words(of: fault))
    }

    private func words(of fault: DocumentFault) -> String {
        fault.pointer.isEmpty ? fault.message : "\(fault.message) (\(fault.pointer))"
    }

    private func complain(_ text: String) {
        Array("\(Product.name): \(text)\n".utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}
