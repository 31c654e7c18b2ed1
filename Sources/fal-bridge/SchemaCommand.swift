import Bridge
import FalProtocol
import Glibc
import JSON
import Models
import Platform

/// `fal-bridge schema list` and `schema show [ENDPOINT]`.
struct SchemaCommand {
    private let arguments: Arguments
    private let output: CInt

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        let settings = try arguments.settings()
        let catalog = try Catalog(folders: settings.schemaFolders)
        switch (arguments.words.first ?? "list", arguments.words.count) {
        case ("list", 0...1):
            for id in catalog.endpoints {
                let title = (try? catalog.model(id))?.title ?? ""
                write("\(id)\t\(title)\n")
            }
        case ("show", 1...2):
            let id = arguments.words.count == 2 ? arguments.words[1] : settings.defaultEndpoint
            guard let model = try catalog.model(id) else {
                throw Arguments.Unusable(description: "no schema for '\(id)'; see fal-bridge schema list")
            }
            let document: JSON = ["endpoint": .string(id), "input": model.input, "output": model.output]
            write(document.prettyText + "\n")
        default: throw Arguments.Unusable(description: "schema list, or schema show [ENDPOINT]")
        }
        return 0
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}
