import JSON
import Platform
import Synchronization

/// The models that are known: those compiled in, and those of further folders, which win.
///
/// A document is parsed when its model is first asked for, and never at start.
public final class Catalog: Sendable {
    private enum Source: Sendable {
        case bundled(StaticString)
        case file(String)
    }

    private let sources: [String: Source]
    /// Parsed so far.
    private let parsed = Mutex<[String: Model]>([:])

    /// Bytes of one schema file at most, and files in one folder.
    private static let maxFileBytes = 8 << 20
    private static let maxFiles = 10_000
    private static let maxDepth = 16

    /// - Parameter folders: searched for `<endpoint>.json` to any depth; a later one wins over an earlier.
    /// - Throws: `SystemError` when a folder cannot be read.
    public init(folders: [String] = []) throws(SystemError) {
        var sources: [String: Source] = [:]
        for (endpoint, text) in Bundled.documents { sources[endpoint] = .bundled(text) }
        for folder in folders {
            for path in try Self.files(in: folder, depth: 0) {
                sources[String(path.dropLast(".json".count))] = .file(Files.join(folder, path))
            }
        }
        self.sources = sources
    }

    /// The known endpoints, sorted.
    public var endpoints: [String] { sources.keys.sorted() }

    /// The known endpoints, those compiled in before those that only a folder has; each part sorted.
    public var endpointsBundledFirst: [String] {
        let bundled = Set(Bundled.documents.map(\.name))
        return endpoints.filter(bundled.contains) + endpoints.filter { !bundled.contains($0) }
    }

    /// The model of an endpoint; nil when none is known.
    /// - Throws: `Model.Malformed` when its file cannot be read or is no such document.
    public func model(_ endpoint: String) throws(Model.Malformed) -> Model? {
        if let model = parsed.withLock({ $0[endpoint] }) { return model }
        guard let source = sources[endpoint] else { return nil }
        let document: JSON
        do {
            switch source {
            case .bundled(let text):
                document = try JSON.parse(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            case .file(let path): document = try JSON.parse(Files.read(path, limit: Self.maxFileBytes))
            }
        } catch {
            throw Model.Malformed(name: endpoint, reason: "\(error)")
        }
        let model = try Model(endpoint: endpoint, document: document)
        parsed.withLock { $0[endpoint] = model }
        return model
    }

    private static func files(in folder: String, depth: Int) throws(SystemError) -> [String] {
        guard depth < maxDepth else { return [] }
        var result: [String] = []
        for name in try Files.list(folder) where !name.hasPrefix(".") {
            let path = Files.join(folder, name)
            guard let status = try? Files.status(path), result.count < maxFiles else { continue }
            if status.isDirectory {
                result += try files(in: path, depth: depth + 1).map { "\(name)/\($0)" }
            } else if status.isRegular, name.hasSuffix(".json"), depth > 0 {
                result.append(name)
            }
        }
        return result
    }
}
