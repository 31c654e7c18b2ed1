import FalProtocol
import Glibc
import HTTP
import JSON
import Models
import Platform
import SQLite
import Synchronization

/// Jobs, files and engines of one state folder, without HTTP.
public final class LocalQueue: Sendable {
    public struct Options: Sendable {
        /// Everything is kept below it.
        public var folder: String
        /// The engine for every job; nil to choose.
        public var engine: String?
        /// Looked into for engines, before the program's own folder and `PATH`.
        public var engineFolders: [String] = []
        public var schemaFolders: [String] = []
        /// Pixels of a video's longer side.
        public var maxSide = 512

        public init(folder: String) { self.folder = folder }
    }

    /// What a submit asks for beside its input.
    public struct Wish: Sendable {
        public var isLow = false
        /// Seconds in which the run must have started.
        public var startTimeout: Double?
        /// The submit is refused when more wait.
        public var maxQueueLength: Int?

        public init() {}
    }

    public enum SubmitOutcome: Sendable {
        case queued(QueueStatus)
        case unknownEndpoint
        case queueFull
    }

    /// The answer of a request that is done.
    public struct Outcome: Sendable {
        public let status: Int
        public let body: JSON
        public let errorType: String?
    }

    public let files: FileStore
    private let store: Store
    private let runner: Runner
    private let engines: Engines
    private let catalog: Catalog
    private let ownHosts = OwnHosts()

    /// Opens the queue of a folder. What ran when the last process ended waits again.
    /// - Throws: what makes the folder unusable, in words for people.
    public init(_ options: Options) throws {
        let base = Files.join(options.folder, "local")
        let work = Files.join(base, "work")
        try Files.makeDirectory(work)
        for name in try Files.list(work) { Runner.removeFolder(Files.join(work, name)) }
        store = try Store(Files.join(base, "queue.db"))
        try store.recover()
        try store.clean()
        files = try FileStore(folder: Files.join(base, "files"), store: store)
        catalog = try Catalog(folders: options.schemaFolders)
        engines = Engines(folders: options.engineFolders, chosen: options.engine, workFolder: try Files.resolve(work))
        let known = ownHosts
        runner = Runner(
            store: store, files: files,
            fetcher: Fetcher(files: files, http: HTTPClient(), ownHosts: { known.all }),
            engines: engines, catalog: catalog, workFolder: try Files.resolve(work), maxSide: options.maxSide
        )
    }

    /// Starts what waits.
    public func start() async { await runner.wake() }

    /// Whether an error means that there is no room left for what was to be kept.
    public static func isDiskFull(_ error: any Error) -> Bool {
        switch error {
        case let error as SystemError: error.code == ENOSPC || error.code == EDQUOT
        case let error as SQLiteError: error.isFull
        default: false
        }
    }

    /// Removes what was kept long enough: jobs and files.
    public func clean() throws {
        try store.clean()
        try files.clean()
    }

    /// Our files stand at this URL, too.
    public func addHost(_ url: String) { ownHosts.add(url) }

    /// Stops the engine; the job that runs is taken up again at the next start.
    public func stop() async { await runner.stop() }

    /// Jobs that wait or run.
    public var pending: Int {
        get throws { try store.count(.queued) + store.count(.running) }
    }

    public func submit(_ endpoint: EndpointID, input: JSON, wish: Wish) async throws -> SubmitOutcome {
        guard try catalog.model(endpoint.description) != nil else { return .unknownEndpoint }
        if let limit = wish.maxQueueLength, try store.count(.queued) > limit { return .queueFull }
        let id = Random.uuid()
        let seed = input["seed"]?.intValue ?? Int64.random(in: 0..<(1 << 31))
        let position = try store.add(
            id: id, endpoint: endpoint, input: input, seed: seed, engine: await engines.choose(), isLow: wish.isLow,
            startBy: wish.startTimeout.map { Timestamp.now.seconds + $0 }
        )
        var status = QueueStatus(state: .inQueue, requestID: id)
        status.queuePosition = position
        await runner.wake()
        return .queued(status)
    }

    /// - Parameter base: the endpoint without its path, which the id must belong to.
    /// - Returns: nil for an id that is not there.
    public func status(_ id: String, of base: String, logs: Bool) throws -> QueueStatus? {
        guard let job = try job(id, of: base) else { return nil }
        var status = QueueStatus(state: .inQueue, requestID: id)
        switch job.state {
        case .queued: status.queuePosition = try store.position(id)
        case .running: status.state = .inProgress
        case .done:
            status.state = .completed
            status.metrics = job.metrics.flatMap { try? JSON.parse($0) }
            status.error = job.error
            status.errorType = job.errorType
        }
        if logs, status.state != .inQueue { status.logs = try store.logs(id) }
        return status
    }

    /// Hands on the status of a request at once and whenever it changes, until it is done.
    ///
    /// Each status has only the log lines that are new since the last. Where nothing changes for `patience` seconds,
    /// `body` is called with nil.
    public func watch(
        _ id: String, of base: String, logs: Bool, patience: Double, _ body: (QueueStatus?) async throws -> Void
    ) async throws {
        let (stream, continuation) = store.changes.watch(id)
        let ticker = Task {
            while true {
                try await Task.sleep(for: .seconds(patience))
                continuation.yield()
            }
        }
        defer {
            ticker.cancel()
            continuation.finish()
        }
        var last: QueueStatus?
        var told = Instant.now
        var lines = 0
        continuation.yield()
        for await _ in stream {
            guard var status = try status(id, of: base, logs: logs) else { return }
            let all = status.logs
            status.logs = all.map { Array($0.dropFirst(lines)) }
            if status.state != last?.state || status.queuePosition != last?.queuePosition
                || status.logs?.isEmpty == false
            {
                try await body(status)
                lines = all?.count ?? lines
                last = status
                told = .now
            } else if Instant.now.seconds(since: told) >= patience * 0.9 {
                try await body(nil)
                told = .now
            }
            if status.state == .completed { return }
        }
    }

    public enum ResultOutcome: Sendable {
        case done(Outcome)
        case notYet
        case unknown
    }

    public func result(_ id: String, of base: String) throws -> ResultOutcome {
        guard let job = try job(id, of: base) else { return .unknown }
        guard job.state == .done, let status = job.status, let text = job.body else { return .notYet }
        return .done(Outcome(status: status, body: try JSON.parse(text), errorType: job.errorType))
    }

    /// - Returns: nil for an id that is not there; whether it was in time.
    public func cancel(_ id: String, of base: String) async throws -> Bool? {
        guard try job(id, of: base) != nil else { return nil }
        switch try store.cancel(id, .cancelled) {
        case .queued: return true
        case .running:
            await runner.cancel(id)
            return true
        case .done: return false
        }
    }

    private func job(_ id: String, of base: String) throws -> Job? {
        guard let job = try store.job(id), job.base == base else { return nil }
        guard job.state == .queued, job.isTooLate else { return job }
        try store.expire(id)
        return try store.job(id)
    }
}

/// The URLs that our own files stand at.
final class OwnHosts: Sendable {
    private let urls = Mutex<[String]>(["http://\(Product.localHost)"])

    var all: [String] { urls.withLock { $0 } }

    func add(_ url: String) { urls.withLock { if !$0.contains(url) { $0.append(url) } } }
}
