import FalProtocol
import Platform

/// A folder of models: the document of an endpoint stands at `<endpoint>.json` in it.
struct ModelFolder {
    /// The files, by their endpoints.
    private(set) var files: [(endpoint: String, path: String)] = []
    private var entriesLeft = 10_000
    private let root: String

    private static let maxDepth = 16
    private static let ending = ".json"

    /// - Throws: `SystemError` when the folder cannot be read. One within it that cannot be is passed over, with a
    ///   warning.
    init(_ folder: String) throws(SystemError) {
        root = folder
        try collect(in: folder, prefix: "", depth: 0)
    }

    private mutating func collect(in folder: String, prefix: String, depth: Int) throws(SystemError) {
        for name in try Files.list(folder) where !name.hasPrefix(".") {
            guard entriesLeft > 0 else { return }
            entriesLeft -= 1
            if entriesLeft == 0 { Log.warning("\(root) has too many files: not all of its models are known") }
            let path = Files.join(folder, name)
            guard let status = try? Files.status(path) else { continue }
            if status.isDirectory {
                // Beside our own models stand the methods of the bridge.
                guard depth < Self.maxDepth, !(depth == 0 && name == "rpc") else { continue }
                do { try collect(in: path, prefix: "\(prefix)\(name)/", depth: depth + 1) } catch {
                    Log.warning("no models of \(path): \(error)")
                }
            } else if status.isRegular, name.hasSuffix(Self.ending) {
                let id = prefix + name.dropLast(Self.ending.count)
                guard let endpoint = try? EndpointID(id) else {
                    Log.warning("\(path) is no model: '\(id)' is no endpoint")
                    continue
                }
                files.append((endpoint.description, path))
            }
        }
    }
}
