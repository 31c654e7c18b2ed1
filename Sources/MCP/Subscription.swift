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
        var watches = jobs.enumerated().map { index, job in Watch(job, index, continuation) }
        for await index in changes {
            if watches[index].isDue {
                // It could not be seen: it is looked up again, and watched anew where that goes.
                let job = watches[index].job
                if let entry = try? await tasks.known(job.id).entry,
                    let found = try? await tasks.job(job.id, entry, peer, call.params), found !== job
                {
                    watches[index].end()
                    watches[index] = Watch(found, index, continuation)
                    continue
                }
                watches[index].lookAgain()
                continue
            }
            await tell("notifications/tasks", await tasks.detailed(watches[index].job, peer.revision))
            if watches[index].job.glimpse.isLost { watches[index].lookAgain() }
        }
        for watch in watches { watch.end() }
    }

    private func tell(_ method: String, _ params: JSONObject) async {
        var params = params
        params["_meta"] = [MetaKey.subscriptionID: call.id]
        let message: JSON = .object(params)
        await call.notify(method, message)
    }
}

/// One job that a subscription tells of.
private struct Watch {
    let job: Job
    private let index: Int
    private let continuation: AsyncStream<Int>.Continuation
    private let listener: UInt64
    private var timer: Timers.Timer?
    private var due: Instant?
    private var pause = Self.firstPause

    /// Seconds between two looks at what could not be seen, doubled each time.
    private static let firstPause = 2.0
    private static let maxPause = 60.0

    /// - Parameter continuation: is given the index at each change of state; how far it is, whoever wants to know asks.
    init(_ job: Job, _ index: Int, _ continuation: AsyncStream<Int>.Continuation) {
        (self.job, self.index, self.continuation) = (job, index, continuation)
        let last = Monitor<(status: String, isOver: Bool)?>(nil)
        listener = job.listen { glimpse in
            let isNew = last.withLock { last in
                defer { last = (glimpse.status, glimpse.isOver) }
                return last.map { $0.status != glimpse.status || $0.isOver != glimpse.isOver } ?? true
            }
            if isNew { continuation.yield(index) }
        }
    }

    /// Whether the time to look again has come.
    var isDue: Bool { due.map { $0 <= .now } ?? false }

    mutating func lookAgain() {
        let due = Instant.now.advanced(bySeconds: pause)
        pause = min(pause * 2, Self.maxPause)
        timer.map(Timers.shared.cancel)
        timer = Timers.shared.set(due) { [continuation, index] in continuation.yield(index) }
        self.due = due
    }

    func end() {
        job.ignore(listener)
        timer.map(Timers.shared.cancel)
    }
}
