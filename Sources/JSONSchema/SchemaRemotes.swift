import JSON
import Platform

/// Documents that a schema may refer to by their URIs. Nothing is ever fetched: what is not here is not there.
public struct SchemaRemotes: Sendable {
    private struct Folder: Sendable {
        let base: String
        let path: String
    }

    private var documents: [String: JSON] = [:]
    private var folders: [Folder] = []

    /// Bytes of one file at most.
    private static let maxFileBytes = 64 << 20

    public init() {}

    /// A document by its URI.
    public mutating func add(_ document: JSON, at uri: String) { documents[URIReference(uri).document] = document }

    /// A folder of files, each the document whose URI is `base` and the file's path below the folder. A file is read
    /// when a schema refers to it.
    /// - Parameter base: such as `http://localhost:1234/`; a slash at its end is added where there is none.
    public mutating func add(folder: String, at base: String) {
        folders.append(Folder(base: base.hasSuffix("/") ? base : base + "/", path: Files.absolute(folder)))
    }

    /// - Returns: nil where there is no such document.
    /// - Throws: what is wrong with the file that should hold it.
    func document(_ uri: String) throws(Unreadable) -> JSON? {
        if let document = documents[uri] { return document }
        for folder in folders where uri.hasPrefix(folder.base) {
            guard let path = URIReference.decoded(uri.dropFirst(folder.base.count)), Self.staysBelow(path) else {
                continue
            }
            let file = Files.join(folder.path, path)
            guard let status = try? Files.status(file), status.isRegular else { continue }
            do { return try JSON.parse(Files.read(file, limit: Self.maxFileBytes)) } catch {
                throw Unreadable(message: "\(uri): \(error)")
            }
        }
        return nil
    }

    struct Unreadable: Error {
        let message: String
    }

    /// Whether a path names a file below the folder that it is taken from.
    private static func staysBelow(_ path: String) -> Bool {
        !path.isEmpty && !path.utf8.contains(0)
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }
}
