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
        var ids: [String] = []
        for id in wanted.prefix(Self.maxTasks) where !ids.contains(id) {
            if (try? await tasks.known(id)) != nil { ids.append(id) }
        }
        var agreed: JSONObject = [:]
        if !wanted.isEmpty { agreed["taskIds"] = .array(ids.map(JSON.string)) }
        await tell("notifications/subscriptions/acknowledged", ["notifications": .object(agreed)])
        await follow(ids)
        return ["_meta": [MetaKey.subscriptionID: call.id]]
    }

    /// Tells of the jobs until the call is to end.
    private func follow(_ ids: [String]) async {
        let follower = TaskFollower(ids) { [call, peer, tasks] id in
            guard let entry = try? await tasks.known(id).entry else { return nil }
            return try? await tasks.job(id, entry, peer, call.params)
        }
        call.whenEnding { follower.end() }
        call.waits()
        for await _ in follower.changes {
            for job in follower.takeChanged() {
                await tell("notifications/tasks", await tasks.detailed(job, peer.revision))
            }
        }
    }

    private func tell(_ method: String, _ params: JSONObject) async {
        var params = params
        params["_meta"] = [MetaKey.subscriptionID: call.id]
        let message: JSON = .object(params)
        await call.notify(method, message)
    }
}
