import FalProtocol
import Generator
import Glibc
import JSON
import Models
import Platform

/// `fal-bridge generate TARGET [VARIANT] [-o FILE|DIR]`: what is made from the schemas, those of further folders
/// included.
struct GenerateCommand {
    private let arguments: Arguments
    private let output: CInt

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        let words = arguments.words
        guard let word = words.first, let target = Target(rawValue: word) else {
            let known = Target.allCases.map(\.rawValue).joined(separator: ", ")
            throw Arguments.Unusable(description: "generate one of \(known)")
        }
        guard words.count <= 2, words.count < 2 || target.variants.contains(words[1]) else {
            let known = target.variants.isEmpty ? "nothing" : target.variants.joined(separator: " or ")
            throw Arguments.Unusable(description: "generate \(target.rawValue) takes \(known) after it")
        }
        let settings = try arguments.settings()
        let subject = try Subject(Catalog(folders: settings.schemaFolders))
        var files = target.files(subject, Arguments.table, defaultEndpoint: EndpointID.animateDiffVideoToVideo)
        if words.count == 2 { files = files.filter { $0.variant == words[1] } }
        if let path = arguments.last("output") { return try write(files, to: path) }
        guard files.count == 1 else {
            let known = target.variants.joined(separator: ", ")
            throw Arguments.Unusable(
                description: "generate \(target.rawValue) makes several files: name one (\(known)), or give -o DIR"
            )
        }
        Array(files[0].text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
        return 0
    }

    private func write(_ files: [Target.File], to path: String) throws -> CInt {
        let isFolder = path.hasSuffix("/") || (try? Files.status(path))?.isDirectory == true
        guard isFolder || files.count == 1 else {
            throw Arguments.Unusable(description: "-o \(path): several files want a folder")
        }
        let whole = Files.absolute(path)
        do {
            try Files.makeDirectory(isFolder ? whole : Files.parent(of: whole), mode: 0o755)
            for file in files {
                try Files.write(Array(file.text.utf8), to: isFolder ? Files.join(whole, file.name) : whole, mode: 0o644)
            }
        } catch {
            throw Arguments.Unusable(description: "-o \(path): \(error.description)")
        }
        return 0
    }
}
