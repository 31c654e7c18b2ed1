import FalProtocol
import JSON
import JSONRPC
import Platform

/// `subscriptions/listen`: a request that stays open, along which tasks tell how they go. Nothing else here changes.
struct Subscription: Sendable {
    private let call: Call
    private let peer: Peer
    private let tasks: TaskMethods

    /// Tasks of one subscription.
    private static let maxTasks = 64

    init(_ call: Call, _ peer: Peer, _ tasks: TaskMethods) {
        self.call = call
        self.peer = peer
        self.tasks = tasks
    }

    func run() async throws(RPCError) -> JSONObject {
        let wanted = call.params["notifications"]?["taskIds"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard wanted.isEmpty || peer.hasTasks else {
            throw .missingCapability(
                ["extensions": [TasksExtension.name: [:]]],
                "the client does not declare the extension \(TasksExtension.name) in this request"
            )
        }
        var jobs: [Job] = []
        for id in wanted.prefix(Self.maxTasks) {
            guard let known = try? await tasks.known(id),
                let job = try? await tasks.job(id, known.entry, peer, call.params)
            else { continue }
            jobs.append(job)
        }
        var agreed: JSONObject = [:]
        if !wanted.isEmpty { agreed["taskIds"] = .array(jobs.map { .string($0.id) }) }
        await tell("notifications/subscriptions/acknowledged", ["notifications": .object(agreed)])
        await follow(jobs)
        return ["_meta": [MetaKey.subscriptionID: call.id]]
    }

    /// Tells of the jobs until the call is to end.
    private func follow(_ jobs: [Job]) async {
        let (changes, continuation) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(Self.maxTasks))
        call.whenEnding { continuation.finish() }
        call.waits()
        let listeners = jobs.enumerated().map { index, job in
            let last = Monitor<(status: String, isOver: Bool)?>(nil)
            return job.listen { glimpse in
                // A word at each change of state; how far it is, whoever wants to know asks.
                let isNew = last.withLock { last in
                    defer { last = (glimpse.status, glimpse.isOver) }
                    return last.map { $0.status != glimpse.status || $0.isOver != glimpse.isOver } ?? true
                }
                if isNew { continuation.yield(index) }
            }
        }
        for await index in changes {
            await tell("notifications/tasks", await tasks.detailed(jobs[index], peer.revision))
        }
        for (job, listener) in zip(jobs, listeners) { job.ignore(listener) }
    }

    private func tell(_ method: String, _ params: JSONObject) async {
        var params = params
        params["_meta"] = [MetaKey.subscriptionID: call.id]
        let message: JSON = .object(params)
        await call.notify(method, message)
    }
}
