import Bridge
import FalProtocol
import JSON
import JSONRPC
import Platform

/// One call of a tool.
struct ToolRun: Sendable {
    let calls: ToolCalls
    let call: Call
    let peer: Peer
    let tool: Tool
    let arguments: JSONObject
    let mandate: Mandate
    let progress: JobProgress?
    /// The time that a host gives counts from here, questions for its roots and uploads included.
    let began: Instant
    /// Seconds that a job which is done gets to have its files saved, however late it is.
    private static let grace = 10.0
    /// Seconds that a cancel waits to see what it has ended.
    private static let patience = 3.0

    /// What faults of the call are about.
    var about: JSON {
        switch tool.kind {
        case .runModel, .submit: arguments["input"] ?? [:]
        default: .object(arguments)
        }
    }

    func outcome() async throws(RPCError) -> ToolCalls.Outcome {
        switch tool.kind {
        case .model:
            return try await run(["endpoint": .string(tool.endpoint ?? ""), "input": .object(arguments)])
        case .runModel: return try await run(arguments)
        case .submit: return .result(try await submitted())
        case .result: return .result(try await waited())
        case .cancel: return .result(try await cancelled())
        case .method("status"): return .result(try await status())
        case .upload: return .result(try await uploaded())
        case .download: return .result(try await downloaded())
        case .method(let name): return .result(ToolResult(data: try await method(name, arguments)))
        }
    }

    var deadline: Instant { began.advanced(bySeconds: calls.options.maxWait) }
    /// Of questions, which are answered also where a call may not wait for a job.
    private var questionDeadline: Instant { began.advanced(bySeconds: max(calls.options.maxWait, Self.grace)) }

    /// - Parameter goesOn: whether it is brought to its end where it takes longer than a call may.
    private func method(_ name: String, _ params: JSONObject, goesOn: Bool = false) async throws(RPCError) -> JSON {
        try await inTime(questionDeadline, goesOn: goesOn) { [calls, mandate, progress] () async throws(RPCError) in
            if goesOn { calls.jobs.beginErrand() }
            defer { if goesOn { calls.jobs.endErrand() } }
            return try await calls.methods.result(name, params, mandate) { progress?.hear($0, $1) }
        }
    }

    // MARK: Jobs

    private func run(_ params: JSONObject) async throws(RPCError) -> ToolCalls.Outcome {
        let departure = calls.jobs.depart(params, of: tool, mandate) { [progress] in progress?.hear($0, $1) }
        guard let job = try await job(of: departure, within: calls.options.maxWait, isOwn: true) else {
            return .result(underWay(departure))
        }
        if peer.hasTasks { return .task(job) }
        return .result(try await result(of: job, within: calls.options.maxWait, isOwn: true))
    }

    /// - Parameter isOwn: whether the call has begun the job, so that its cancel is the job's.
    private func result(of job: Job, within seconds: Double, isOwn: Bool) async throws(RPCError) -> ToolResult {
        let listener = progress.map { progress in job.listen { progress.tell(job, $0) } }
        defer { if let listener { job.ignore(listener) } }
        let deadline = began.advanced(bySeconds: seconds)
        switch await JobWait(job, call).end(until: deadline) {
        case .over: return await finished(job, until: max(deadline, .now.advanced(bySeconds: Self.grace)))
        case .late: return handle(job, waited: true)
        case .ending where call.ending == .cancelled:
            if isOwn { calls.jobs.cancel(job) }
            throw .cancelled("cancelled")
        case .ending: return handle(job, waited: true)
        }
    }

    /// The tool's answer of a job that is done, or a handle while its files are still arriving.
    private func finished(_ job: Job, until deadline: Instant) async -> ToolResult {
        let first = FirstAnswer<ToolResult?>()
        let timer = Timers.shared.set(deadline) { first.give(nil) }
        Task.detached { first.give(await job.finished(calls.finish.result)) }
        call.whenEnding { first.give(nil) }
        let result = await first.value
        Timers.shared.cancel(timer)
        return result ?? handle(job, waited: true)
    }

    private func submitted() async throws(RPCError) -> ToolResult {
        let departure = calls.jobs.depart(arguments, of: tool, mandate) { [progress] in progress?.hear($0, $1) }
        guard let job = try await job(of: departure, within: calls.options.maxWait, isOwn: true) else {
            return underWay(departure)
        }
        return handle(job, waited: false)
    }

    /// The job, once its files are uploaded and it is sent.
    /// - Returns: nil where that takes longer.
    private func job(
        of departure: Departure, within seconds: Double, isOwn: Bool
    ) async throws(RPCError) -> Job? {
        let job: Job
        switch await departure.end(until: began.advanced(bySeconds: seconds), call) {
        case .gone(let result): job = try result.get()
        case .late:
            if isOwn { calls.jobs.keep(departure) }
            return nil
        case .ending where call.ending == .cancelled:
            // Nobody was told of it who could cancel it.
            if isOwn { departure.cancel(calls.jobs) }
            throw .cancelled("cancelled")
        // What was begun is brought to its end, though nobody may wait for it.
        case .ending: job = try await departure.result.get()
        }
        guard isOwn, call.ending == .cancelled else { return job }
        calls.jobs.cancel(job)
        throw .cancelled("cancelled")
    }

    /// A job that the queue has not got yet, as far as is known, and how to go on with it.
    private func underWay(_ departure: Departure) -> ToolResult {
        let next = departure.isCancelled
            ? "Call result with request_id \"\(departure.name)\" to see what became of it."
            : "Call result with request_id \"\(departure.name)\" to wait for it, cancel to stop it."
        let words = if departure.isCancelled {
            "The job's cancel is asked for: its upload ends, and if it is being sent just now, it is cancelled at the "
                + "queue."
        } else if departure.isUploading {
            "The files of the job are still being uploaded. It is sent by itself when they are there: do not send it "
                + "again."
        } else {
            "The files of the job are still being uploaded, or it is being sent. That goes on by itself: do not send "
                + "it again."
        }
        return ToolResult("\(words)\n\(next)", structured: [
            "request_id": .string(departure.name), "endpoint": .string(departure.endpoint),
            "status": .string(QueueState.inQueue.rawValue), "next": .string(next),
        ])
    }

    private func waited() async throws(RPCError) -> ToolResult {
        let id = arguments["request_id"]?.stringValue ?? ""
        let most = calls.options.maxWait
        var seconds = arguments["wait"]?.doubleValue.map { min(max(0, $0), most) } ?? most
        let job: Job
        if let departure = try departure() {
            guard let known = try await self.job(of: departure, within: seconds, isOwn: false) else {
                return underWay(departure)
            }
            job = known
        } else {
            let endpoint = arguments["endpoint"]?.stringValue
            job = try await inTime(questionDeadline) { [calls, tool, mandate] () async throws(RPCError) in
                try await calls.jobs.adopt(id, endpoint: endpoint, tool: tool, mandate)
            }
            // What is done needs only to be fetched, and need not be asked for twice.
            if !job.glimpse.isRunning { seconds = max(seconds, Instant.now.seconds(since: began) + Self.grace) }
        }
        return try await result(of: job, within: seconds, isOwn: false)
    }

    /// Where a job stands that is not done, and how to go on with it.
    private func handle(_ job: Job, waited: Bool) -> ToolResult {
        let glimpse = job.glimpse
        // Done at the queue, and its output or its files are still to come.
        let isDone = glimpse.isOver || !glimpse.isRunning
        let status = isDone ? QueueState.inProgress.rawValue : glimpse.status
        let place = switch status {
        case _ where isDone: "done at the queue, and its result is being fetched"
        case QueueState.inQueue.rawValue: "in the queue" + (glimpse.position.map { ", \($0) before it" } ?? "")
        default: "running" + (glimpse.step.map { ", step \($0.done) of \($0.total)" } ?? "")
        }
        let next = "Call result with request_id \"\(job.id)\" to wait for it, status to look at it, cancel to stop it."
        let first = switch (isDone, waited) {
        case (true, _): "The job is \(place)."
        case (_, true):
            "The job is not done yet: it is \(place). It goes on by itself, also when this conversation ends."
        case (_, false): "The job is sent: it is \(place)."
        }
        let model = try? calls.bridge.catalog.model(job.endpoint)
        let cost = CostNote.before(model?.price, isLocal: calls.bridge.isLocal)
        var structured: JSONObject = [
            "request_id": .string(job.id), "endpoint": .string(job.endpoint), "status": .string(status),
            "next": .string(next),
        ]
        structured["queue_position"] = glimpse.position.map(JSON.int)
        structured["cost"] = cost.map(JSON.string)
        let words = [first, next, cost.map { "Cost: \($0)." }].compactMap { $0 }.joined(separator: "\n")
        return ToolResult(words, structured: structured)
    }

    /// The job that is named by a name of ours; nil where it is named by the queue's id.
    func departure() throws(RPCError) -> Departure? {
        let id = arguments["request_id"]?.stringValue ?? ""
        if let departure = calls.jobs.departure(id) { return departure }
        guard Departure.isName(id) else { return nil }
        throw RPCError(
            code: 1404, kind: "not_found",
            message: "no upload of that name is known here: it ended with the earlier server. The job was not sent "
                + "unless list_requests shows it"
        )
    }

    /// The arguments with the queue's own id in them, where they name a job by ours.
    func named(_ job: Job) -> JSONObject {
        var arguments = arguments
        arguments["request_id"] = .string(job.id)
        return arguments
    }

    private func status() async throws(RPCError) -> ToolResult {
        guard let departure = try departure() else { return ToolResult(data: try await method("status", arguments)) }
        guard let gone = departure.gone else { return underWay(departure) }
        return ToolResult(data: try await method("status", named(try gone.get())))
    }

    private func cancelled() async throws(RPCError) -> ToolResult {
        guard let departure = try departure() else { return try await cancelled(arguments) }
        if case .success(let job)? = departure.gone { return try await cancelled(named(job)) }
        return try await cancelled(departure)
    }

    /// Ends what the queue has not got yet, as far as is known, and says no more of it than is known.
    private func cancelled(_ departure: Departure) async throws(RPCError) -> ToolResult {
        departure.cancel(calls.jobs)
        let (id, words): (String, String)
        switch await departure.end(until: .now.advanced(bySeconds: Self.patience), call) {
        case .gone(.success(let job)):
            (id, words) = (job.id, "The job was being sent just then, and the queue is asked to cancel it.")
        case .gone(.failure(let error)):
            guard error.kind == "cancelled" else { throw error }
            (id, words) = (departure.name, "The upload is ended, and the job is not sent.")
        case .late, .ending: (id, words) = (departure.name, underWay(departure).texts.joined(separator: "\n"))
        }
        return ToolResult(words, structured: ["request_id": .string(id), "outcome": "CANCELLATION_REQUESTED"])
    }

    private func cancelled(_ arguments: JSONObject) async throws(RPCError) -> ToolResult {
        let answer = try await method("cancel", arguments, goesOn: true)
        let isRequested = answer["outcome"] == "CANCELLATION_REQUESTED"
        return ToolResult(
            isRequested
                ? "The queue was asked to cancel the job." : "The job was done already; result gives what it made.",
            structured: answer.objectValue
        )
    }
}
