import FalProtocol
import JSON
import Platform

/// The engines of this machine: found as git finds its commands, started on demand, kept warm for a while.
actor Engines {
    /// What an engine said of itself.
    struct Info: Sendable {
        let engine: String
        let version: String
        let isGenerative: Bool
    }

    /// What an engine is asked for.
    struct Order: Sendable {
        let job: String
        let frames: Frames
        let output: String
        let input: JSON
        let seed: Int64
    }

    private let folders: [String]
    private let chosen: String?
    private let workFolder: String
    private let limits: Limits
    /// The one that runs; one job at a time keeps the machine for it.
    private var running: (process: EngineProcess, info: Info)?
    private var idleTimer: Task<Void, Never>?
    /// The job that it works on.
    private var busy: String?
    /// What `check` of an engine said, and when; and the checks under way.
    private var readiness: [String: (isReady: Bool, time: Instant)] = [:]
    private var checks: [String: Task<Bool, Never>] = [:]

    /// Seconds: to start, to end a job that was cancelled, to end after SIGTERM, kept idle.
    private static let startLimit = 120.0
    private static let cancelLimit = 10.0
    private static let terminateLimit = 3.0
    private static let idleLimit = 300.0
    private static let readinessLifetime = 60.0

    /// - Parameters:
    ///   - folders: looked into first.
    ///   - chosen: the engine for every job; nil to choose.
    init(folders: [String], chosen: String?, workFolder: String, limits: Limits) {
        self.folders = folders
        self.chosen = chosen
        self.workFolder = workFolder
        self.limits = limits
    }

    /// The engine for a job that is accepted now: the one that was named, else `animatediff` where it is ready, else
    /// `stylize`; nil where there is none.
    func choose() async -> String? {
        if let chosen { return chosen }
        if program("animatediff") != nil, await isReady("animatediff") { return "animatediff" }
        return program("stylize") == nil ? nil : "stylize"
    }

    /// What `check` said last, remembered for a while: a submit must not wait for an engine to start each time.
    private func isReady(_ name: String) async -> Bool {
        if let known = readiness[name], Instant.now.seconds(since: known.time) < Self.readinessLifetime {
            return known.isReady
        }
        if let check = checks[name] { return await check.value }
        let check = Task { await self.check(name) }
        checks[name] = check
        let isReady = await check.value
        checks[name] = nil
        readiness[name] = (isReady, .now)
        return isReady
    }

    /// Asks in a process of its own, since the one that runs may be in the middle of a job.
    private func check(_ name: String) async -> Bool {
        if let running, running.process.name == name, !running.process.isDead { return true }
        guard let started = try? await start(name) else { return false }
        let answer = try? await Self.limited(started.process, Self.startLimit, "it did not answer a check") {
            try await started.process.call("check", [:])
        }
        guard answer?["ready"] == true else {
            retire(started.process)
            return false
        }
        if running == nil, busy == nil {
            running = started
            startIdleTimer()
        } else {
            retire(started.process)
        }
        return true
    }

    private func program(_ name: String) -> String? {
        // The name may come from a row of the database: it must not lead out of the folders.
        guard !name.isEmpty,
            name.utf8.allSatisfy({
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D
            })
        else { return nil }
        let file = "fal-engine-\(name)"
        for folder in folders {
            let path = Files.absolute(Files.join(folder, file))
            if Files.isExecutable(path) { return path }
        }
        return ChildProcess.find(file)
    }

    /// The engine `name`, started if it does not run.
    func process(_ name: String) async throws -> (process: EngineProcess, info: Info) {
        // A job that ends before it comes to `generate` leaves it idle, too.
        startIdleTimer()
        if let running, running.process.name == name, !running.process.isDead { return running }
        if let running { retire(running.process) }
        running = nil
        let started = try await start(name)
        // One that was checked in the meantime, and is not needed twice.
        if let running { retire(running.process) }
        running = started
        return started
    }

    /// Starts a process of an engine. A cancelled task ends it.
    private func start(_ name: String) async throws -> (process: EngineProcess, info: Info) {
        guard let path = program(name) else {
            throw Failure.server("no engine '\(name)' is installed: run \"make engines\"")
        }
        let process: EngineProcess
        do { process = try EngineProcess(name: name, path: path, limits: limits) } catch {
            throw Failure.server("engine \(name) does not start: \(error)")
        }
        let workFolder = workFolder
        do {
            let answer = try await Self.limited(
                process, Self.startLimit, "it did not start within \(Int(Self.startLimit)) s"
            ) {
                try await process.call("initialize", ["contract": 1, "workdir": .string(workFolder), "offline": true])
            }
            guard answer["contract"] == 1 else {
                retire(process)
                throw Failure.server("engine \(name) speaks another contract than ours")
            }
            return (process, Info(
                engine: answer["engine"]?.stringValue ?? name, version: answer["version"]?.stringValue ?? "",
                isGenerative: answer["generative"] == true
            ))
        } catch let error as EngineProcess.Failed {
            process.kill("it did not start")
            try Task.checkCancellation()
            throw Failure.server("engine \(name) does not start: \(Self.reason(error))")
        }
    }

    /// Runs `body`; when it takes longer than `limit`, or the task is cancelled, the engine is killed, which ends it.
    private static func limited<Value: Sendable>(
        _ process: EngineProcess, _ limit: Double, _ reason: String, _ body: () async throws -> Value
    ) async throws -> Value {
        let watchdog = Task {
            try await Task.sleep(for: .seconds(limit))
            process.kill(reason)
        }
        defer { watchdog.cancel() }
        return try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            process.kill("it is not needed any more")
        }
    }

    /// Runs one job. A cancelled task cancels it: kindly first, then not.
    /// - Parameter listener: for `progress` and `log`.
    func generate(_ order: Order, with process: EngineProcess, listener: @escaping EngineProcess.Listener) async throws
        -> JSON
    {
        process.listen(listener)
        idleTimer?.cancel()
        busy = order.job
        defer {
            busy = nil
            process.listen(nil)
            startIdleTimer()
        }
        let frames = order.frames
        let input = order.input
        let params: JSON = [
            "job": .string(order.job),
            "frames": [
                "path": .string(frames.path), "width": .int(Int64(frames.width)), "height": .int(Int64(frames.height)),
                "count": .int(Int64(frames.count)), "format": "rgb24", "fps": .int(Int64(frames.fps)),
            ],
            "out": ["path": .string(order.output)],
            "prompt": input["prompt"] ?? "", "negative_prompt": input["negative_prompt"] ?? "",
            "steps": input["num_inference_steps"] ?? 25, "strength": input["strength"] ?? .decimal("0.7"),
            "guidance_scale": input["guidance_scale"] ?? .decimal("7.5"), "seed": .int(order.seed),
            "motions": input["motions"] ?? [],
        ]
        let silence = limits.engineSilence
        let watchdog = Task {
            while true {
                let left = silence - process.silence
                if left <= 0 { return process.kill("it said nothing for \(Int(silence)) s") }
                try await Task.sleep(for: .seconds(left))
            }
        }
        defer { watchdog.cancel() }
        let job = order.job
        return try await withTaskCancellationHandler {
            try await process.call("generate", params)
        } onCancel: {
            process.notify("cancel", ["job": .string(job)])
            // Unless it answers in time.
            Task {
                try? await Task.sleep(for: .seconds(Self.cancelLimit))
                guard await self.busy == job else { return }
                process.terminate("it did not answer a cancel")
                try? await Task.sleep(for: .seconds(Self.terminateLimit))
                process.kill("it did not answer a cancel")
            }
        }
    }

    private func startIdleTimer() {
        idleTimer?.cancel()
        idleTimer = Task {
            try? await Task.sleep(for: .seconds(Self.idleLimit))
            guard !Task.isCancelled, let running else { return }
            self.running = nil
            retire(running.process)
        }
    }

    /// Asks an engine to end, and sees to it that it does.
    private func retire(_ process: EngineProcess) {
        Task {
            let asked = Task { try? await process.call("shutdown", [:]) }
            try? await Task.sleep(for: .seconds(Self.terminateLimit))
            process.kill("it is not needed any more")
            _ = await asked.value
        }
    }

    /// Ends the engine at once.
    func stop() {
        running?.process.kill("fal-local ends")
        running = nil
    }

    static func reason(_ error: any Error) -> String {
        switch error {
        case EngineProcess.Failed.died(let reason): reason
        case EngineProcess.Failed.refused(_, let message, _): message
        default: "\(error)"
        }
    }
}
