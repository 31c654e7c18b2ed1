import JSON
import JSONSchema
import Platform

/// `fal-bridge schema test-suite [--remotes DIR] FILE…`: reads files of JSON Schema's official test suite and says
/// which of their tests come out as they should.
struct SchemaTestSuiteCommand {
    private let files: [String]
    private let remotes: SchemaRemotes
    private let write: (String) -> Void

    private static let maxFileBytes = 64 << 20
    /// Where the suite says that its remotes stand.
    private static let remotesBase = "http://localhost:1234/"

    init(_ arguments: Arguments, write: @escaping (String) -> Void) throws {
        files = Array(arguments.words.dropFirst())
        guard !files.isEmpty else {
            throw Arguments.Unusable(description: "schema test-suite [--remotes DIR] FILE…")
        }
        var remotes = SchemaRemotes()
        for folder in arguments.all("remotes") { remotes.add(folder: folder, at: Self.remotesBase) }
        self.remotes = remotes
        self.write = write
    }

    /// - Returns: the exit code, 1 when a test failed.
    func run() throws -> CInt {
        var hasFailed = false
        for file in files {
            let groups: JSON
            do { groups = try JSON.parse(Files.read(file, limit: Self.maxFileBytes)) } catch {
                throw Arguments.Unusable(description: "\(file): \(error)")
            }
            guard let groups = groups.arrayValue else {
                throw Arguments.Unusable(description: "\(file): no file of the test suite")
            }
            var passed = 0
            var failures: [String] = []
            for group in groups { check(group, of: file, &passed, &failures) }
            write("\(file) passed \(passed) failed \(failures.count)\n")
            for failure in failures { write("\(file) :: \(failure)\n") }
            hasFailed = hasFailed || !failures.isEmpty
        }
        return hasFailed ? 1 : 0
    }

    private func check(_ group: JSON, of file: String, _ passed: inout Int, _ failures: inout [String]) {
        let name = group["description"]?.stringValue ?? ""
        // As the suite has it: the tests of formats want them asserted, all others want the draft's default.
        let options = SchemaOptions(assertsFormats: file.has("optional/format/"), remotes: remotes)
        let schema = group["schema"].flatMap { try? Schema($0, options: options) }
        for test in group["tests"]?.arrayValue ?? [] {
            let value = test["data"] ?? .null
            if let schema, schema.accepts(value) == (test["valid"] == true),
                schema.faults(in: value).isEmpty == (test["valid"] == true)
            {
                passed += 1
            } else {
                failures.append("\(name) :: \(test["description"]?.stringValue ?? "")")
            }
        }
    }
}
