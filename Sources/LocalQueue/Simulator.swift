import FalProtocol
import JSON
import Platform
import SQLite

/// Plays the jobs that follow a script, many at once: woken when one comes or its time has come.
actor Simulator {
    private let store: Store
    private let files: FileStore
    /// Jobs that run at once.
    private let limit: Int
    private let alarm = Alarm()
    private var running: [String: Task<Void, Never>] = [:]
    private var loop: Task<Void, Never>?
    private var isStopping = false

    init(store: Store, files: FileStore, limit: Int) {
        self.store = store
        self.files = files
        self.limit = max(limit, 1)
    }

    func start() {
        guard loop == nil else { return }
        loop = Task { await runAll() }
    }

    /// There may be something to do.
    nonisolated func wake() { alarm.ring() }

    /// Tells those who watch a job that waits of its places in the queue, as its script has them.
    nonisolated func announce(_ id: String, _ script: Script) {
        guard script.queuePositions > 0, script.queueSeconds > 0 else { return }
        let changes = store.changes
        Task {
            for _ in 0...script.queuePositions {
                try await Task.sleep(for: .seconds(script.queueSeconds / Double(script.queuePositions + 1)))
                changes.note(id)
            }
        }
    }

    func cancel(_ id: String) { running[id]?.cancel() }

    /// Stops at once; the jobs that run are taken up again at the next start.
    func stop() async {
        isStopping = true
        loop?.cancel()
        let tasks = Array(running.values)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func runAll() async {
        while !isStopping {
            var next: Double?
            do {
                while running.count < limit, let job = try store.takeNext(scripted: true) {
                    running[job.id] = Task { await run(job) }
                    // A cancel may have come between taking the job and knowing its task.
                    if store.isCancelled(job.id) { running[job.id]?.cancel() }
                }
                if running.count < limit { next = try store.nextBeginning() }
            } catch {
                Log.error("no scripted job can be taken: \(error)")
                next = Store.nextTry
            }
            await alarm.wait(seconds: next.map { max($0 - Timestamp.now.seconds, 0.001) })
        }
    }

    private func run(_ job: Job) async {
        await play(job)
        running[job.id] = nil
        alarm.ring()
    }

    private nonisolated func play(_ job: Job) async {
        do {
            let script = try Script(job.script ?? [:])
            if job.failedRuns < script.failingRuns {
                guard let failure = Failure.kind("runner_disconnected") else { return }
                guard job.isRetried, job.failedRuns + 1 < Script.maxRuns else {
                    return store.settle(job.id, Ending(failure))
                }
                try store.log(job.id, level: "WARN", "\(failure.message); the request is run again")
                return try store.requeue(job.id, hasFailed: true, gatewayID: Random.uuid())
            }
            try await perform(job, script)
            store.settle(job.id, try await Blocking.run { [self] in try ending(job, script) })
        } catch is CancellationError {
            if store.isCancelled(job.id) {
                store.settle(job.id, Ending(.cancelled, metrics: ["inference_time": 0]))
            } else {
                do { try store.requeue(job.id, hasFailed: false) } catch { Log.error("job \(job.id): \(error)") }
            }
        } catch {
            store.settle(job.id, Ending(.server("\(error)")))
        }
    }

    /// The run itself: its lines, and its time.
    private nonisolated func perform(_ job: Job, _ script: Script) async throws {
        try store.log(job.id, script.logs.map { ($0.level, $0.message) })
        let started = Instant.now
        let interval = script.steps > 0 ? script.runSeconds / Double(script.steps) : script.runSeconds
        var told = 0
        while told < script.steps {
            if interval > 0 { try await Task.sleep(for: .seconds(interval)) }
            try Task.checkCancellation()
            let seconds = Instant.now.seconds(since: started)
            // As many lines as are due by now, in one go: a busy machine wakes us late.
            let share = interval > 0 ? min(seconds / interval, Double(script.steps)) : Double(script.steps)
            let due = max(Int(share), told + 1)
            try store.log(job.id, (told + 1...due).map { step in
                ("INFO", StepLine.text(done: step, of: script.steps, seconds: interval * Double(step)))
            })
            told = due
        }
        if script.steps == 0, interval > 0 { try await Task.sleep(for: .seconds(interval)) }
        try Task.checkCancellation()
    }

    private nonisolated func ending(_ job: Job, _ script: Script) throws -> Ending {
        var metrics: JSONObject = ["inference_time": .number(script.runSeconds)]
        for member in script.metrics { metrics[member.key] = member.value }
        var ending: Ending
        switch script.end {
        case .output(let output): ending = Ending(output: output, metrics: .object(metrics))
        case .text(let text, let type):
            ending = Ending(body: text, metrics: .object(metrics))
            ending.bodyType = type
        case .failure(let failure): ending = Ending(failure, metrics: .object(metrics))
        case .file(let name, let type, let size):
            let file = try file(name, type, size, Lifecycle(job.lifecycle))
            ending = Ending(output: ["video": file, "seed": .int(job.seed)], metrics: .object(metrics))
        }
        for header in script.headers { ending.headers[header.key] = header.value }
        ending.lifetime = script.lifetime
        return ending
    }

    private nonisolated func file(_ name: String, _ type: String, _ size: Int, _ lifecycle: Lifecycle) throws -> JSON {
        let incoming = try files.begin()
        let chunk = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var left = size
        while left > 0 {
            let count = min(left, chunk.count)
            try chunk.withUnsafeBytes { try incoming.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            left -= count
        }
        return try files.commitOutput(incoming, name: name, type: type, lifecycle).output
    }
}
