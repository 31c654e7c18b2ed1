import FalProtocol
import Models
import Platform
import Synchronization

/// Models that a caller knows from a folder of its own, and that this queue did not: kept, so that a job of one of them
/// still finds it after a restart.
public final class GivenModels: Sendable {
    private let folder: String
    private let catalog: Catalog
    /// Their endpoints; held while one is taken up.
    private let taken = Mutex<Set<String>>([])

    private static let maxModels = 1_000

    /// What became of a model.
    public enum Outcome: Sendable, Equatable {
        case taken
        /// The model is compiled in, and stays as it is.
        case isBundled
        /// The document is none, for this reason.
        case malformed(String)
        case tooMany
    }

    init(folder: String, catalog: Catalog) {
        self.folder = folder
        self.catalog = catalog
    }

    /// Takes a model's document up, in place of an earlier one.
    public func take(_ endpoint: EndpointID, document: [UInt8]) throws -> Outcome {
        try taken.withLock { taken in
            let id = endpoint.description
            guard !catalog.isBundled(id) else { return .isBundled }
            guard taken.contains(id) || taken.count < Self.maxModels else { return .tooMany }
            let path = Files.join(folder, "\(id).json")
            // Every bridge brings its models along, mostly the same.
            if catalog.file(of: id) == path, (try? Files.read(path, limit: document.count)) == document {
                return .taken
            }
            let draft = path + ".new"
            try Files.makeDirectory(Files.parent(of: path))
            try Files.write(document, to: draft)
            do throws(Model.Malformed) { try catalog.add(endpoint, file: draft) } catch {
                try Files.remove(draft)
                return .malformed(error.description)
            }
            try Files.rename(draft, to: path)
            try catalog.add(endpoint, file: path)
            taken.insert(id)
            return .taken
        }
    }
}
