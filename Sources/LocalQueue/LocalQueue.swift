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
    /// Uploads and outputs.
    public let files: FileStore
    private let store: Store
    private let runner: Runner
    private let simulator: Simulator
    private let webhooks: Webhooks
    private let key: WebhookKey.Kept
    private let timekeeper = Mutex<Task<Void, Never>?>(nil)
    private let engines: Engines
    private let catalog: Catalog
    /// Models that callers bring along.
    public let models: GivenModels
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
        let given = Files.join(base, "schemas")
        try Files.makeDirectory(given)
        catalog = try Catalog(folders: options.schemaFolders, fallback: given)
        models = GivenModels(folder: given, catalog: catalog)
        engines = Engines(
            folders: options.engineFolders, chosen: options.engine, workFolder: try Files.resolve(work),
            limits: options.limits
        )
        let known = ownHosts
        let http = HTTPClient()
        runner = Runner(
            store: store, files: files,
            fetcher: Fetcher(files: files, http: http, ownHosts: { known.all }, limits: options.limits),
            engines: engines, catalog: catalog, workFolder: try Files.resolve(work), maxSide: options.maxSide
        )
        simulator = Simulator(store: store, files: files, limit: options.maxScripted)
        key = WebhookKey.Kept(file: Files.join(base, "webhook-key"))
        webhooks = Webhooks(store: store, key: key, http: http, policy: options.webhooks)
    }

    /// What webhooks, and links to files, are signed with.
    public var webhookKey: WebhookKey {
        get throws { try key.get() }
    }

    /// Starts what waits.
    public func start() async {
        await runner.wake()
        await simulator.start()
        await webhooks.start()
        let store = store
        timekeeper.withLock { $0 = Task { await Self.keepTime(store) } }
    }

    /// Ends the jobs that should have started, as their times come, and writes down what could not be before.
    private static func keepTime(_ store: Store) async {
        while !Task.isCancelled {
            var next: Double?
            do { next = try store.expire() } catch {
                Log.error("what waits too long goes on waiting: \(error)")
                next = Store.nextTry
            }
            store.settleUnwritten()
            if store.hasUnwritten { next = min(next ?? .infinity, Store.nextTry) }
            await store.deadlines.wait(seconds: next.map { max($0 - Timestamp.now.seconds, 0) + 0.001 })
        }
    }

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

    /// Stops the engine and whatever else runs; it is taken up again at the next start.
    public func stop() async {
        timekeeper.withLock { $0?.cancel() }
        await webhooks.stop()
        await simulator.stop()
        await runner.stop()
    }

    /// Jobs that wait or run, and webhooks to be called.
    public var pending: Int {
        get throws { try store.count(.queued) + store.count(.running) + store.countDeliveries() }
    }

    /// Puts a request into the queue.
    public func submit(_ endpoint: EndpointID, input: JSON, wish: Wish) async throws -> SubmitOutcome {
        if wish.script == nil, try catalog.model(endpoint.description) == nil { return .unknownEndpoint }
        if let limit = wish.maxQueueLength, try store.count(.queued) > limit { return .queueFull }
        let now = Timestamp.now.seconds
        var job = Store.NewJob(
            id: Random.uuid(), endpoint: endpoint, input: input,
            seed: Self.seed(input["seed"]),
            engine: wish.script == nil ? await engines.choose() : nil
        )
        job.isLow = wish.isLow
        job.startBy = wish.startTimeout.map { now + $0 }
        job.lifecycle = wish.lifecycle
        job.keepsIO = wish.keepsIO
        job.isRetried = wish.isRetried
        job.script = wish.script?.json
        if let script = wish.script { job.notBefore = now + script.queueSeconds }
        if let webhook = wish.webhook {
            job.webhook = (webhook.url, webhook.base, Webhooks.isLoopback(webhook.url))
        }
        var status = QueueStatus(state: .inQueue, requestID: job.id)
        status.queuePosition = try store.add(job)
        if job.webhook?.isReachable == false {
            try store.log(job.id, level: "WARN", "the webhook is not called: it is not on this machine")
        }
        if let script = wish.script {
            if script.queueSeconds > 0 { status.queuePosition = script.position(after: 0) }
            simulator.announce(job.id, script)
            simulator.wake()
        } else {
            await runner.wake()
        }
        return .queued(status)
    }

    /// Drawn only where none is given: one that is none is refused when the job runs.
    private static func seed(_ given: JSON?) -> Int64 {
        guard let given, !given.isNull else { return Int64.random(in: 0..<(1 << 31)) }
        return given.intValue ?? 0
    }

    /// Waits until a request is done. A cancelled task gives up.
    public func wait(for id: String) async throws {
        let watch = store.changes.watch(id)
        defer { watch.end() }
        watch.isQueued.store(false, ordering: .relaxed)
        watch.wake()
        for await _ in watch.stream {
            guard let job = try store.glimpse(id), job.state != .done else { return }
        }
        try Task.checkCancellation()
    }

    /// - Parameter base: the endpoint without its path, which the id must belong to.
    /// - Returns: nil for an id that is not there.
    public func status(_ id: String, of base: String, logs: Bool) throws -> QueueStatus? {
        try status(id, of: base, logsAfter: logs ? 0 : nil)
    }

    /// - Parameter lines: log lines that are known already; nil where none are wanted.
    private func status(_ id: String, of base: String, logsAfter lines: Int?) throws -> QueueStatus? {
        guard let job = try glimpse(id, of: base) else { return nil }
        var status = QueueStatus(state: .inQueue, requestID: id)
        switch job.state {
        case .queued: status.queuePosition = try position(id, job)
        case .running: status.state = .inProgress
        case .done:
            status.state = .completed
            status.metrics = job.metrics.flatMap { try? JSON.parse($0) }
            status.error = job.error
            status.errorType = job.errorType
        }
        if let lines, status.state != .inQueue { status.logs = try store.logs(id, after: lines) }
        return status
    }

    private func position(_ id: String, _ job: JobGlimpse) throws -> Int {
        let now = Timestamp.now.seconds
        guard job.notBefore > now, let json = job.script, let script = try? Script(json) else {
            return try store.position(id)
        }
        return script.position(after: now - (job.notBefore - script.queueSeconds))
    }

    /// Hands on the status of a request at once and whenever it changes, until it is done.
    ///
    /// Each status has only the log lines that are new since the last. Where nothing changes for `patience` seconds,
    /// `body` is called with nil.
    public func watch(
        _ id: String, of base: String, logs: Bool, patience: Double, _ body: (QueueStatus?) async throws -> Void
    ) async throws {
        let watch = store.changes.watch(id)
        let ticker = Task {
            while true {
                try await Task.sleep(for: .seconds(patience))
                watch.wake()
            }
        }
        defer {
            ticker.cancel()
            watch.end()
        }
        var last: QueueStatus?
        var told = Instant.now
        var lines = 0
        watch.wake()
        for await _ in watch.stream {
            guard let status = try status(id, of: base, logsAfter: logs ? lines : nil) else { return }
            watch.isQueued.store(status.state == .inQueue, ordering: .relaxed)
            if status.state != last?.state || status.queuePosition != last?.queuePosition
                || status.logs?.isEmpty == false
            {
                try await body(status)
                lines += status.logs?.count ?? 0
                last = status
                told = .now
            } else if Instant.now.seconds(since: told) >= patience * 0.9 {
                try await body(nil)
                told = .now
            }
            if status.state == .completed { return }
        }
    }

    /// How a request ended.
    public func result(_ id: String, of base: String) throws -> ResultOutcome {
        guard try glimpse(id, of: base) != nil, let job = try store.job(id) else { return .unknown }
        guard job.state == .done, let status = job.status, let body = job.body else { return .notYet }
        if let expires = job.expires, expires <= Timestamp.now.seconds { return .expired }
        return .done(
            Outcome(
                status: status, body: body, bodyType: job.bodyType, headers: job.headers, errorType: job.errorType
            )
        )
    }

    /// - Returns: nil for an id that is not there; whether it was in time.
    public func cancel(_ id: String, of base: String) async throws -> Bool? {
        guard try glimpse(id, of: base) != nil else { return nil }
        switch try store.cancel(id, .cancelled) {
        case .queued: return true
        case .running:
            await runner.cancel(id)
            await simulator.cancel(id)
            return true
        case .done: return false
        }
    }

    private func glimpse(_ id: String, of base: String) throws -> JobGlimpse? {
        guard let job = try store.glimpse(id), job.base == base else { return nil }
        guard job.state == .queued, job.isTooLate else { return job }
        try store.expire()
        return try store.glimpse(id)
    }
}
