import FalProtocol
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

    private struct Known: Sendable {
        var sources: [String: Source] = [:]
        /// Parsed so far.
        var parsed: [String: Model] = [:]
    }

    private let known: Mutex<Known>

    /// - Parameters:
    ///   - folders: searched for `<endpoint>.json` to any depth; a later one wins over an earlier.
    ///   - fallback: a folder for what neither they nor the program knows.
    /// - Throws: `SystemError` when a folder cannot be read.
    public init(folders: [String] = [], fallback: String? = nil) throws(SystemError) {
        var known = Known()
        func add(_ folder: String) throws(SystemError) {
            for (endpoint, path) in try ModelFolder(folder).files { known.sources[endpoint] = .file(path) }
        }
        if let fallback { try add(fallback) }
        for (endpoint, text) in Bundled.documents { known.sources[endpoint] = .bundled(text) }
        for folder in folders { try add(folder) }
        self.known = Mutex(known)
    }

    /// The known endpoints, sorted.
    public var endpoints: [String] { known.withLock { $0.sources.keys.sorted() } }

    /// The file of an endpoint's model; nil for one that is compiled in, and for one that is not known.
    public func file(of endpoint: String) -> String? {
        guard case .file(let path)? = known.withLock({ $0.sources[endpoint] }) else { return nil }
        return path
    }

    /// Whether the endpoint's model is the one that is compiled in.
    public func isBundled(_ endpoint: String) -> Bool {
        if case .bundled? = known.withLock({ $0.sources[endpoint] }) { return true }
        return false
    }

    /// Takes up a model, or another document of one that is known.
    /// - Parameter path: of its file.
    /// - Throws: `Model.Malformed` when the file holds no such document; what was known then stays.
    public func add(_ endpoint: EndpointID, file path: String) throws(Model.Malformed) {
        let id = endpoint.description
        let model = try Self.parse(.file(path), id)
        known.withLock {
            $0.sources[id] = .file(path)
            $0.parsed[id] = model
        }
    }

    /// The known endpoints, those compiled in before those that only a folder has; each part sorted.
    public var endpointsBundledFirst: [String] {
        let bundled = Set(Bundled.documents.map(\.name))
        return endpoints.filter(bundled.contains) + endpoints.filter { !bundled.contains($0) }
    }

    /// The model of an endpoint; nil when none is known.
    /// - Throws: `Model.Malformed` when its file cannot be read or is no such document.
    public func model(_ endpoint: String) throws(Model.Malformed) -> Model? {
        let (source, parsed) = known.withLock { ($0.sources[endpoint], $0.parsed[endpoint]) }
        if let parsed { return parsed }
        guard let source else { return nil }
        let model = try Self.parse(source, endpoint)
        known.withLock { $0.parsed[endpoint] = model }
        return model
    }

    private static func parse(_ source: Source, _ endpoint: String) throws(Model.Malformed) -> Model {
        func malformed(_ reason: String) -> Model.Malformed {
            Model.Malformed(endpoint: endpoint, description: reason)
        }
        switch source {
        case .bundled(let text):
            let bytes = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            do { return try Model(endpoint: endpoint, document: JSON.parse(bytes)) } catch {
                throw malformed("\(endpoint): \(error)")
            }
        case .file(let path):
            let file: DocumentFile
            do { file = try DocumentFile(path) } catch { throw malformed(error.description) }
            do throws(DocumentFault) { return try Model(endpoint: endpoint, document: file.json) } catch {
                throw malformed(file.sentence(file.place(of: error.pointer), error.message))
            }
        }
    }
}
