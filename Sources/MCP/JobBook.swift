import Bridge
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// The jobs that are watched in this process, by their request ids. What it forgets, the journal knows.
final class JobBook: Sendable {
    private struct State: Sendable {
        var jobs: [String: Job] = [:]
        /// The oldest first.
        var order: [String] = []
        /// Those that were sent from here and are not done as far as is known, and so have places: also where they
        /// cannot be seen, and so are none of `jobs`.
        var own: [String: Job] = [:]
        /// Places taken by what is about to be sent.
        var pending = 0
        /// By their names, the oldest first.
        var departures: [Departure] = []
    }

    private let bridge: Bridge
    private let methods: Methods
    private let maxJobs: Int
    private let state = Monitor(State())
    /// What the queue is being told: jobs on their way to it, and cancels.
    private let errands = Monitor(0)

    /// Jobs that are remembered after they are done.
    private static let maxRemembered = 64

    init(_ bridge: Bridge, _ methods: Methods, maxJobs: Int) {
        self.bridge = bridge
        self.methods = methods
        self.maxJobs = maxJobs
    }

    func job(_ id: String) -> Job? { state.withLock { $0.jobs[id] } }

    /// A job that is not sent yet, or was not when its name was told.
    func departure(_ name: String) -> Departure? { state.withLock { $0.departures.first { $0.name == name } } }

    /// Begins to send a job, which goes on whoever waits for it.
    func depart(
        _ params: JSONObject, of tool: Tool, _ mandate: Mandate,
        onNotification: @escaping @Sendable (String, JSON) -> Void
    ) -> Departure {
        beginErrand()
        return Departure(
            endpoint: params["endpoint"]?.stringValue ?? "", hear: onNotification
        ) { [self] hear async throws(RPCError) in
            defer { endErrand() }
            return try await start(params, of: tool, mandate, onNotification: hear)
        }
    }

    /// Keeps one whose name is told.
    func keep(_ departure: Departure) {
        state.withLock { state in
            state.departures.append(departure)
            // Those on their way hold places, so there are never many of them.
            let over = state.departures.firstIndex { $0.gone != nil }
            if state.departures.count > Self.maxRemembered, let over { state.departures.remove(at: over) }
        }
    }

    /// Sends a job and watches it.
    /// - Parameters:
    ///   - params: as `submit` takes them.
    ///   - onNotification: hears how its uploads go.
    /// - Throws: what `submit` does, and where there are as many jobs as may be.
    private func start(
        _ params: JSONObject, of tool: Tool, _ mandate: Mandate,
        onNotification: @escaping @Sendable (String, JSON) -> Void
    ) async throws(RPCError) -> Job {
        try await takePlace()
        let answer: JSON
        do throws(RPCError) {
            answer = try await methods.result("submit", params, mandate, onNotification: onNotification)
        } catch {
            state.withLock { $0.pending -= 1 }
            throw error
        }
        let job = Job(
            id: answer["request_id"]?.stringValue ?? "", endpoint: answer["endpoint"]?.stringValue ?? "", tool: tool,
            mandate: mandate, source: Self.source(params["input"] ?? [:], mandate)
        )
        state.withLock { state in
            state.pending -= 1
            state.own[job.id] = job
            Self.add(job, to: &state)
        }
        job.hear(answer)
        watch(job)
        return job
    }

    /// A job that was sent before, be it from here or not.
    /// - Parameter endpoint: nil for what the journal says.
    func adopt(_ id: String, endpoint: String?, tool: Tool, _ mandate: Mandate) async throws(RPCError) -> Job {
        if let job = job(id) { return job }
        // Asked first, so that a job that nobody knows is not watched.
        var params: JSONObject = ["request_id": .string(id)]
        params["endpoint"] = endpoint.map(JSON.string)
        let status = try await methods.result("status", params, mandate)
        let (job, isKnown) = state.withLock { state in
            if let job = state.jobs[id] { return (job, true) }
            let sent = state.own[id]
            let job = Job(
                id: id, endpoint: status["endpoint"]?.stringValue ?? endpoint ?? "", tool: sent?.tool ?? tool,
                mandate: sent?.mandate ?? mandate, source: sent?.source
            )
            if sent != nil { state.own[id] = job }
            Self.add(job, to: &state)
            return (job, false)
        }
        if isKnown { return job }
        job.hear(status)
        watch(job)
        return job
    }

    /// Asks the queue to cancel it, whether or not whoever asks is cancelled as well.
    func cancel(_ job: Job) { cancel(job.id, job.endpoint, job.mandate) }

    func cancel(_ id: String, _ endpoint: String, _ mandate: Mandate) {
        beginErrand()
        methods.call("cancel", ["request_id": .string(id), "endpoint": .string(endpoint)], mandate) {
            defer { self.endErrand() }
            if case .failure(let error) = $0 { Log.warning("\(id) could not be cancelled: \(error.message)") }
        }
    }

    private func watch(_ job: Job) {
        let params: JSONObject = [
            "request_id": .string(job.id), "endpoint": .string(job.endpoint), "logs": true, "on_cancel": "detach",
        ]
        methods.call("subscribe", params, job.mandate, onNotification: { method, params in
            if method == "queue/update" { job.hear(params) }
        }, onAnswer: { [self] outcome in
            // It may be only that we cannot see it: whoever asks for it again makes us look again. Whoever waits is
            // told last, so that a question that follows at once finds it so.
            let isLost = job.isLost(by: outcome)
            if isLost { forget(job) }
            job.end(outcome, isLost: isLost)
            if !job.glimpse.isRunning { leavePlace(job.id) }
        })
    }

    // MARK: Errands

    /// Something is begun that must not be cut off by the end of the process where that can be helped.
    func beginErrand() { errands.withLock { $0 += 1 } }

    func endErrand() { errands.update { $0 -= 1 } }

    /// Waits until the queue has been told everything: what it was sent is in the journal then.
    func settle(until deadline: Instant) { _ = errands.wait(until: deadline) { $0 <= 0 ? true : nil } }

    // MARK: Places

    private func takePlace() async throws(RPCError) {
        if triesPlace() == nil { return }
        // What could not be seen for once may be done by now.
        await withTaskGroup(of: Void.self) { group in
            for job in state.withLock({ state in state.own.values.filter { state.jobs[$0.id] == nil } }) {
                group.addTask { [self] in await lookAgain(job) }
            }
        }
        guard let running = triesPlace() else { return }
        throw RPCError(
            code: 1004, kind: "busy",
            message: "\(maxJobs) jobs run already, which is the limit (--max-jobs). Wait for one by result, or stop "
                + "one by cancel: \(running.joined(separator: ", "))",
            retryable: true
        )
    }

    /// - Returns: who has the places, where none is free.
    private func triesPlace() -> [String]? {
        state.withLock { state in
            let running = state.own.values.filter(\.glimpse.isRunning)
            guard running.count + state.pending >= maxJobs else {
                state.pending += 1
                return nil
            }
            return running.map(\.id).sorted()
        }
    }

    private func lookAgain(_ job: Job) async {
        do throws(RPCError) {
            _ = try await adopt(job.id, endpoint: job.endpoint, tool: job.tool, job.mandate)
        } catch {
            // The queue does not know it any more.
            if error.kind == "not_found" { leavePlace(job.id) }
        }
    }

    private func leavePlace(_ id: String) { state.withLock { $0.own[id] = nil } }

    private func forget(_ job: Job) {
        state.withLock { state in
            state.jobs[job.id] = nil
            state.order.removeAll { $0 == job.id }
        }
    }

    private static func add(_ job: Job, to state: inout State) {
        state.jobs[job.id] = job
        state.order.append(job.id)
        var surplus = state.order.count - maxRemembered
        for id in state.order where surplus > 0 {
            guard state.jobs[id]?.glimpse.isOver ?? true else { continue }
            state.jobs[id] = nil
            surplus -= 1
        }
        if state.order.count > state.jobs.count { state.order.removeAll { state.jobs[$0] == nil } }
    }

    /// The first local file of an input, to be shown beside the result.
    private static func source(_ input: JSON, _ mandate: Mandate) -> String? {
        for member in input.objectValue ?? [:] where member.key.hasSuffix("_url") {
            guard let text = member.value.stringValue, !text.has("://"), !text.hasPrefix("data:") else { continue }
            if let path = mandate.readable(text) { return path }
        }
        return nil
    }
}

/// The bridge's methods, called as a peer would call them.
struct Methods: Sendable {
    private let methods: [String: Method]

    init(_ bridge: Bridge) { methods = Dictionary(bridge.methods.map { ($0.name, $0) }) { first, _ in first } }

    func result(
        _ name: String, _ params: JSONObject, _ mandate: Mandate,
        onNotification: @escaping @Sendable (String, JSON) -> Void = { _, _ in }
    ) async throws(RPCError) -> JSON {
        guard let method = methods[name] else { throw .internalError("no method \(name)") }
        return try await method.result(params, context: mandate, onNotification: onNotification)
    }

    func call(
        _ name: String, _ params: JSONObject, _ mandate: Mandate,
        onNotification: @escaping @Sendable (String, JSON) -> Void = { _, _ in },
        onAnswer: @escaping @Sendable (Result<JSON, RPCError>) -> Void
    ) {
        methods[name]?.call(params, context: mandate, onNotification: onNotification, onAnswer: onAnswer)
    }
}

/// Where the files of a job's output are saved.
enum ResultFolder {
    /// Below the first root.
    static let name = "fal-results"

    /// Nil where no folder may be written.
    static func path(of job: Job) -> String? { path(of: job.id, job.mandate) }

    static func path(of id: String, _ mandate: Mandate) -> String? {
        mandate.roots.first.map { Files.join(Files.join($0, name), id) }
    }
}
