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

    private let sources: [String: Source]
    /// Parsed so far.
    private let parsed = Mutex<[String: Model]>([:])

    /// - Parameter folders: searched for `<endpoint>.json` to any depth; a later one wins over an earlier.
    /// - Throws: `SystemError` when a folder cannot be read.
    public init(folders: [String] = []) throws(SystemError) {
        var sources: [String: Source] = [:]
        for (endpoint, text) in Bundled.documents { sources[endpoint] = .bundled(text) }
        for folder in folders {
            for (endpoint, path) in try ModelFolder(folder).files { sources[endpoint] = .file(path) }
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
        let model = try Self.parse(source, endpoint)
        parsed.withLock { $0[endpoint] = model }
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
