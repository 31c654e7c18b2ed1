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
    /// The one that runs; one job at a time keeps the machine for it.
    private var running: (process: EngineProcess, info: Info)?
    private var idleTimer: Task<Void, Never>?

    /// Seconds: to start, between two signs of life, to end a job that was cancelled, to end after SIGTERM, kept idle.
    private static let startLimit = 120.0
    private static let silenceLimit = 300.0
    private static let cancelLimit = 10.0
    private static let terminateLimit = 3.0
    private static let idleLimit = 300.0

    /// - Parameters:
    ///   - folders: looked into first.
    ///   - chosen: the engine for every job; nil to choose.
    init(folders: [String], chosen: String?, workFolder: String) {
        self.folders = folders
        self.chosen = chosen
        self.workFolder = workFolder
    }

    /// The engine for a job that is accepted now: the one that was named, else `animatediff` where it is ready, else
    /// `stylize`; nil where there is none.
    func choose() async -> String? {
        if let chosen { return chosen }
        if program("animatediff") != nil, await isReady("animatediff") { return "animatediff" }
        return program("stylize") == nil ? nil : "stylize"
    }

    private func isReady(_ name: String) async -> Bool {
        guard let (process, _) = try? await process(name) else { return false }
        return (try? await process.call("check", [:]))?["ready"] == true
    }

    private func program(_ name: String) -> String? {
        // The name may come from a row of the database: it must not lead out of the folders.
        guard !name.isEmpty, name.utf8.allSatisfy({ ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D })
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
        idleTimer?.cancel()
        if let running, running.process.name == name, !running.process.isDead { return running }
        running?.process.kill("another engine is needed")
        running = nil
        guard let path = program(name) else {
            throw Failure.server("no engine '\(name)' is installed: run \"make engines\"", type: "internal_server_error")
        }
        let process = try EngineProcess(name: name, path: path)
        let watchdog = Task {
            try await Task.sleep(for: .seconds(Self.startLimit))
            process.kill("it did not start within \(Int(Self.startLimit)) s")
        }
        defer { watchdog.cancel() }
        let answer: JSON
        do {
            answer = try await process.call("initialize", ["contract": 1, "workdir": .string(workFolder), "offline": true])
        } catch {
            throw Failure.server("engine \(name) does not start: \(Self.reason(error))")
        }
        let info = Info(
            engine: answer["engine"]?.stringValue ?? name, version: answer["version"]?.stringValue ?? "",
            isGenerative: answer["generative"] == true
        )
        running = (process, info)
        return (process, info)
    }

    /// Runs one job. A cancelled task cancels it: kindly first, then not.
    /// - Parameter listener: for `progress` and `log`.
    func generate(_ order: Order, with process: EngineProcess, listener: @escaping EngineProcess.Listener) async throws -> JSON {
        process.listen(listener)
        defer {
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
        let watchdog = Task {
            while true {
                let left = Self.silenceLimit - process.silence
                if left <= 0 { return process.kill("it said nothing for \(Int(Self.silenceLimit)) s") }
                try await Task.sleep(for: .seconds(left))
            }
        }
        defer { watchdog.cancel() }
        let job = order.job
        return try await withTaskCancellationHandler {
            try await process.call("generate", params)
        } onCancel: {
            process.notify("cancel", ["job": .string(job)])
            // Unless it answers in time; an answer makes both harmless, as the next job starts a new one.
            Task {
                try? await Task.sleep(for: .seconds(Self.cancelLimit))
                guard await self.isStillBusy(process, job) else { return }
                process.terminate("it did not answer a cancel")
                try? await Task.sleep(for: .seconds(Self.terminateLimit))
                process.kill("it did not answer a cancel")
            }
            Task { await self.noteCancel(job) }
        }
    }

    /// Jobs that were cancelled and have not answered yet.
    private var cancelling: Set<String> = []

    private func noteCancel(_ job: String) { cancelling.insert(job) }

    private func isStillBusy(_ process: EngineProcess, _ job: String) -> Bool { cancelling.contains(job) && !process.isDead }

    /// The job is over, however it ended.
    func finished(_ job: String) { cancelling.remove(job) }

    private func startIdleTimer() {
        idleTimer?.cancel()
        idleTimer = Task {
            try? await Task.sleep(for: .seconds(Self.idleLimit))
            guard !Task.isCancelled else { return }
            stop()
        }
    }

    func stop() {
        running?.process.kill("it is not needed any more")
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
