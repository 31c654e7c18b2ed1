import Bridge
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// The tasks extension: a job as a task, whose id is the request's own, so that it outlives this process.
struct TaskMethods: Sendable {
    let bridge: Bridge
    let jobs: JobBook
    let tools: ToolBox
    let roots: AgentRoots
    let finish: JobFinish

    /// Milliseconds: as long as the journal keeps a request, and between two questions that a client may make.
    private static let life: Int64 = 30 * 86_400_000
    private static let interval: Int64 = 2_000
    private static let localInterval: Int64 = 500
    /// Seconds that a question waits for a job that is being looked up, or whose files are being saved.
    private static let patience = 8.0

    func get(_ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        let (job, _) = try await job(call, peer)
        return await detailed(job, peer.revision)
    }

    /// Nothing is ever asked for in the middle of a job, so there is nothing to take.
    func update(_ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        _ = try await entry(call, peer)
        return [:]
    }

    func cancel(_ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        let (id, entry) = try await entry(call, peer)
        do throws(RPCError) {
            let job = try await job(id, entry, peer, call.params)
            if !job.glimpse.isOver { jobs.cancel(job) }
        } catch {
            // That it cannot be looked at does not mean that it cannot be cancelled.
            guard error.kind != "not_found", error.kind != "internal_error" else { throw error }
            jobs.cancel(id, entry.endpoint, Mandate(roots: [], askedBy: [:], jobsPerHour: nil))
        }
        return [:]
    }

    /// The task as it is made: it is in the journal by now.
    func task(of job: Job) async -> JSONObject { await seed(job, status: "working", message: Self.words(job.glimpse)) }

    /// The task with what came of it.
    func detailed(_ job: Job, _ revision: Revision) async -> JSONObject {
        let glimpse = job.glimpse
        guard glimpse.isOver else { return await seed(job, status: "working", message: Self.words(glimpse)) }
        if glimpse.isLost, case .failure(let error)? = glimpse.outcome {
            // The task is not at its end, and the next question looks again.
            return await seed(job, status: "working", message: "it cannot be seen: \(error.message)")
        }
        // Files may take long to arrive; they go on arriving when this question is answered.
        let first = FirstAnswer<ToolResult?>()
        let timer = Timers.shared.set(.now.advanced(bySeconds: Self.patience)) { first.give(nil) }
        Task.detached { first.give(await job.finished(finish.result)) }
        let result = await first.value
        Timers.shared.cancel(timer)
        guard let result else { return await seed(job, status: "working", message: "saving the result") }
        if result.isCancelled { return await seed(job, status: "cancelled", message: result.texts.first ?? "") }
        var task = await seed(job, status: "completed", message: result.texts.first ?? "")
        task["result"] = .object(result.json(revision))
        return task
    }

    // MARK: Finding it

    private func entry(_ call: Call, _ peer: Peer) async throws(RPCError) -> (id: String, entry: RequestEntry) {
        guard peer.hasTasks else {
            throw .missingCapability(
                ["extensions": [TasksExtension.name: [:]]],
                "the client does not declare the extension \(TasksExtension.name) in this request"
            )
        }
        return try await known(call.params["taskId"]?.stringValue ?? "")
    }

    func known(_ id: String) async throws(RPCError) -> (id: String, entry: RequestEntry) {
        guard let entry = await bridge.entry(id) else { throw .invalidParams("taskId: no such task") }
        return (id, entry)
    }

    private func job(_ call: Call, _ peer: Peer) async throws(RPCError) -> (Job, RequestEntry) {
        let (id, entry) = try await entry(call, peer)
        return (try await job(id, entry, peer, call.params), entry)
    }

    /// The job of an entry, watched from here on.
    func job(
        _ id: String, _ entry: RequestEntry, _ peer: Peer, _ params: JSONObject
    ) async throws(RPCError) -> Job {
        if let job = jobs.job(id) { return job }
        // Of an earlier process. The answer is that of the tool that was called then.
        let asked = entry.askedBy.flatMap { try? JSON.parse($0) }
        guard let tool = asked?["tool"]?.stringValue.flatMap(tools.anyTool) ?? tools.anyTool("result") else {
            throw .internalError("there is no tool for \(id)")
        }
        var folders: [String] = []
        if case .known(let known) = await roots.roots(peer, params) { folders = known }
        if folders.isEmpty, let folder = asked?["folder"]?.stringValue, Files.exists(folder) { folders = [folder] }
        let mandate = Mandate(roots: folders, askedBy: asked ?? [:], jobsPerHour: nil)
        let deadline = Instant.now.advanced(bySeconds: Self.patience)
        let job = try await inTime(deadline) { [jobs] () async throws(RPCError) in
            try await jobs.adopt(id, endpoint: entry.endpoint, tool: tool, mandate)
        }
        // What is done needs only to be fetched, and need not be asked for twice.
        if job.glimpse.status == QueueState.completed.rawValue { await over(job) }
        return job
    }

    private func over(_ job: Job) async {
        let first = FirstAnswer<Void>()
        let timer = Timers.shared.set(.now.advanced(bySeconds: Self.patience)) { first.give(()) }
        let listener = job.listen { if $0.isOver { first.give(()) } }
        await first.value
        job.ignore(listener)
        Timers.shared.cancel(timer)
    }

    // MARK: Its form

    private func seed(_ job: Job, status: String, message: String) async -> JSONObject {
        let entry = await bridge.entry(job.id)
        func time(_ micros: Int64?) -> JSON {
            .string((micros.map { Timestamp(seconds: Double($0) / 1_000_000) } ?? .now).iso8601())
        }
        var task: JSONObject = ["taskId": .string(job.id), "status": .string(status)]
        if !message.isEmpty { task["statusMessage"] = .string(message) }
        task["createdAt"] = time(entry?.created)
        task["lastUpdatedAt"] = time(entry?.updated)
        task["ttlMs"] = .int(Self.life)
        task["pollIntervalMs"] = .int(bridge.isLocal ? Self.localInterval : Self.interval)
        return task
    }

    private static func words(_ glimpse: Job.Glimpse) -> String {
        switch QueueState(rawValue: glimpse.status) {
        case .inQueue: "in the queue" + (glimpse.position.map { ", \($0) before it" } ?? "")
        case .inProgress:
            (glimpse.step.map { "step \($0.done) of \($0.total)" } ?? "running")
                + (glimpse.lastLog.map { " · \($0.prefix(200))" } ?? "")
        case .completed, nil: "done, fetching the result"
        }
    }
}
