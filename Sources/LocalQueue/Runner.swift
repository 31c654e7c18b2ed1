import FalProtocol
import JSON
import Models
import Platform
import SQLite

/// Runs the jobs, one after the other, woken when one comes.
actor Runner {
    private let store: Store
    private let files: FileStore
    private let fetcher: Fetcher
    private let engines: Engines
    private let catalog: Catalog
    private let workFolder: String
    private let maxSide: Int
    /// The job that runs, to cancel it by.
    private var current: (id: String, task: Task<Void, Never>)?
    private var isRunning = false
    private var isStopping = false
    /// Rings when a wait for a better time is over before its end.
    private let alarm = Alarm()

    /// How often a job's engine may die, and how often we may in the middle of it.
    private static let maxDeaths = 2
    private static let maxCrashes = 10

    init(
        store: Store, files: FileStore, fetcher: Fetcher, engines: Engines, catalog: Catalog, workFolder: String,
        maxSide: Int
    ) {
        self.store = store
        self.files = files
        self.fetcher = fetcher
        self.engines = engines
        self.catalog = catalog
        self.workFolder = workFolder
        self.maxSide = maxSide
    }

    /// There may be something to do.
    func wake() {
        guard !isRunning, !isStopping else { return }
        isRunning = true
        Task { await runAll() }
    }

    /// Cancels the job if it is the one that runs.
    func cancel(_ id: String) {
        if let current, current.id == id { current.task.cancel() }
    }

    /// Stops at once; the job that runs is taken up again at the next start.
    func stop() async {
        isStopping = true
        alarm.ring()
        current?.task.cancel()
        await engines.stop()
        // What is cancelled is killed, so this is short; the job is back in the queue afterwards.
        await current?.task.value
    }

    private func runAll() async {
        defer { isRunning = false }
        while !isStopping {
            store.settleUnwritten()
            let job: Job?
            do { job = try store.takeNext() } catch {
                // A full disk, say: what waits goes on waiting.
                Log.error("no job can be taken: \(error)")
                await alarm.wait(seconds: Store.retryDelay)
                continue
            }
            guard let job else { return }
            let task = Task { await run(job) }
            current = (job.id, task)
            // A cancel may have come between taking the job and knowing its task.
            if store.isCancelled(job.id) { task.cancel() }
            await task.value
            current = nil
        }
    }

    private func run(_ job: Job) async {
        let folder = Files.join(workFolder, job.id)
        let started = Instant.now
        var info: Engines.Info?
        func metrics() -> JSON {
            var metrics: JSONObject = [
                "inference_time": .number((Instant.now.seconds(since: started) * 1_000).rounded() / 1_000)
            ]
            if let info {
                metrics["engine"] = .string(info.engine)
                metrics["generative"] = .bool(info.isGenerative)
            }
            return .object(metrics)
        }
        do {
            if job.crashes >= Self.maxCrashes {
                throw Failure.infrastructure(
                    503, "fal-local ended \(job.crashes) times in the middle of this job", type: "runner_disconnected"
                )
            }
            if job.isTooLate { throw Failure.startTimeout }
            try Files.makeDirectory(folder)
            let output = try await make(job, in: folder) { info = $0 }
            try store.finish(job.id, Ending(output: output, metrics: metrics()))
        } catch {
            // The frames first: they may be what filled the disk.
            Self.removeFolder(folder)
            settle(job, error, metrics())
        }
        Self.removeFolder(folder)
    }

    /// Writes down how a job failed, or puts it back where it will be tried again.
    private func settle(_ job: Job, _ error: any Error, _ metrics: JSON) {
        let isCancelled = store.isCancelled(job.id)
        if isStopping, !isCancelled {
            try? store.requeue(job.id, hasFailed: false)
            return
        }
        let deaths = job.failedRuns + 1
        let failure: Failure
        switch error {
        case _ where isCancelled: failure = .cancelled
        case let error as Failure: failure = error
        case EngineProcess.Failed.died(let reason) where deaths < Self.maxDeaths && job.isRetried:
            note(job.id, "WARN", "the engine died and the job is run again: \(reason)")
            do { return try store.requeue(job.id, hasFailed: true, gatewayID: Random.uuid()) } catch {
                failure = .infrastructure(
                    503, "the engine died and the job cannot be run again: \(error)", type: "runner_disconnected"
                )
            }
        case EngineProcess.Failed.died(let reason):
            failure = .infrastructure(
                503, "the engine died \(deaths) times on this job: \(reason)", type: "runner_disconnected"
            )
        case EngineProcess.Failed.refused(-32011, let message, _): failure = .server("out of memory: \(message)")
        case EngineProcess.Failed.refused(_, let message, _):
            failure = .server("the engine refused the job: \(message)")
        case _ where LocalQueue.isDiskFull(error): failure = .server("the disk of the state folder is full")
        default: failure = .server("\(error)")
        }
        store.settle(job.id, Ending(failure, metrics: metrics))
    }

    private func make(_ job: Job, in folder: String, onEngine: (Engines.Info) -> Void) async throws -> JSON {
        guard let model = try catalog.model(job.endpoint) else {
            throw Failure.server("the model \(job.endpoint) is not known any more")
        }
        // fal takes members that it does not know, and passes over them.
        let given = InputRules.withoutNulls(job.input, of: model)
        let faults = model.faults(in: given).filter { $0.type != "extra_forbidden" } + InputRules.faults(in: given)
        guard faults.isEmpty else { throw Failure.input(faults) }
        let input = model.inputSchema.fillingDefaults(in: given)
        guard let place = EngineInput.video(in: input, of: model), let shape = OutputShape(of: model) else {
            throw Failure.server(
                "fal-local runs models that make a video of a video, not \(job.endpoint)",
                type: "feature_not_supported"
            )
        }
        let media = try Media()
        guard let name = job.engine else { throw Failure.server("no engine is installed: run \"make engines\"") }
        do {
            let wanted = EngineInput(input, of: model, video: place)
            if !wanted.unused.isEmpty {
                note(
                    job.id, "WARN", "engine \(name) stands in for \(job.endpoint): it repaints the video by the prompt,"
                        + " and passes over \(wanted.unused.joined(separator: ", "))"
                )
            }
            let video = try await fetcher.fetch(place.text, into: folder)
            try Task.checkCancellation()
            let file = try await make(job, wanted, of: video, media, by: name, in: folder, onEngine: onEngine)
            return shape.output(file: file.output, seed: job.seed)
        } catch let failure as Failure {
            throw failure.moved(to: place.path)
        }
    }

    /// Has the engine make a video of a video.
    private func make(
        _ job: Job, _ wanted: EngineInput, of video: String, _ media: Media, by name: String, in folder: String,
        onEngine: (Engines.Info) -> Void
    ) async throws -> StoredFile {
        let (input, fps) = (wanted.members, wanted.fps)
        let wish = Media.Wish(fps: fps, seconds: wanted.seconds, maxSide: maxSide)
        let target = Files.join(folder, "output.mp4")
        var encoder: Encoder?
        do {
            let frames = try await media.sample(video, wish, to: Files.join(folder, "frames.rgb")) { plan in
                encoder = try media.encoder(width: plan.width, height: plan.height, fps: fps, to: target)
            }
            let made = try await paint(frames, for: job, input, by: name, in: folder, encoder, onEngine: onEngine)
            if try await encoder?.finish(made) != true {
                // What the engine made is not what it said before: the file it named last counts.
                await encoder?.abandon()
                encoder = try media.encoder(width: made.width, height: made.height, fps: fps, to: target)
                if try await encoder?.finish(made) != true { throw Failure.server("the engine's frames are gone") }
            }
        } catch {
            await encoder?.abandon()
            throw error
        }
        let files = files
        return try await Blocking.run { try Self.store(target, Lifecycle(job.lifecycle), in: files) }
    }

    /// Has the engine make frames of these.
    /// - Parameter encoder: gets them as they come, where the engine tells of them.
    private func paint(
        _ frames: Frames, for job: Job, _ input: JSON, by name: String, in folder: String, _ encoder: Encoder?,
        onEngine: (Engines.Info) -> Void
    ) async throws -> Frames {
        note(job.id, "INFO", "\(frames.count) frames of \(frames.width)x\(frames.height) at \(frames.fps) fps")
        let (process, info) = try await engines.process(name)
        onEngine(info)
        try Task.checkCancellation()
        let output = Files.join(folder, "output.rgb")
        let steps = Steps(store: store, job: job.id) { written in
            encoder?.offer(min(written, frames.count), at: output + ".part")
        }
        let answer = try await engines.generate(
            Engines.Order(job: job.id, frames: frames, output: output, input: input, seed: job.seed), with: process
        ) { method, params in steps.hear(method, params) }
        return try Self.made(answer, output, fps: frames.fps)
    }

    /// What the engine made, after a look at it: an engine is trusted no more than a file.
    private static func made(_ answer: JSON, _ path: String, fps: Int) throws -> Frames {
        let frames = answer["frames"]
        guard let width = frames?["width"]?.intValue, let height = frames?["height"]?.intValue,
            let count = frames?["count"]?.intValue, (8...8_192).contains(width), (8...8_192).contains(height),
            (1...4_096).contains(count)
        else { throw Failure.server("the engine answered with frames of no usable size") }
        let made = Frames(path: path, width: Int(width), height: Int(height), count: Int(count), fps: fps)
        guard (try? Files.status(path))?.size == Int64(made.bytesPerFrame) * count else {
            throw Failure.server("the engine's frames are not as many bytes as it said")
        }
        return made
    }

    private static func store(_ path: String, _ lifecycle: Lifecycle, in files: FileStore) throws -> StoredFile {
        let incoming = try files.begin()
        let source = try Descriptor.open(path, 0)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = try source.read(into: chunk)
            if count == 0 { break }
            try incoming.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
        }
        return try files.commitOutput(incoming, name: "output.mp4", type: "video/mp4", lifecycle)
    }

    private func note(_ job: String, _ level: String, _ message: String) {
        do { try store.log(job, level: level, message) } catch { Log.warning("a log line is lost: \(error)") }
    }

    static func removeFolder(_ folder: String) {
        for name in (try? Files.list(folder)) ?? [] { try? Files.remove(Files.join(folder, name)) }
        Files.removeDirectory(folder)
    }
}
