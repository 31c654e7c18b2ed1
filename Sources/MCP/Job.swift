import Bridge
import FalProtocol
import JSON
import JSONRPC
import Platform

/// A request of the queue's that is watched, whoever waits for it.
final class Job: Sendable {
    /// What is known of it.
    struct Glimpse: Sendable {
        var status = QueueState.inQueue.rawValue
        var position: Int64?
        var lastLog: String?
        var step: LogStep?
        /// What `subscribe` answered, once it has.
        var outcome: Result<JSON, RPCError>?
        /// Whether it can only not be seen: `outcome` is what stopped the watch, and the job may go on.
        var isLost = false

        /// Whether it is watched no more.
        var isOver: Bool { outcome != nil }
        /// Whether the queue may still work on it, as far as is known.
        var isRunning: Bool { status != QueueState.completed.rawValue }
    }

    private struct State: Sendable {
        var glimpse = Glimpse()
        var listeners: [UInt64: @Sendable (Glimpse) -> Void] = [:]
        var nextListener: UInt64 = 1
        /// The answer of the tool, made once where all of it could be made.
        var finished: Task<ToolResult, Never>?
    }

    let id: String
    let endpoint: String
    let tool: Tool
    let mandate: Mandate
    /// A local file of the input, to be shown beside the result.
    let source: String?
    let started = Instant.now

    private let state = Monitor(State())

    init(id: String, endpoint: String, tool: Tool, mandate: Mandate, source: String?) {
        self.id = id
        self.endpoint = endpoint
        self.tool = tool
        self.mandate = mandate
        self.source = source
    }

    var glimpse: Glimpse { state.withLock { $0.glimpse } }

    /// Takes a `queue/update` of the watch.
    func hear(_ update: JSON) {
        change { glimpse in
            if let status = update["status"]?.stringValue { glimpse.status = status }
            glimpse.position = update["queue_position"]?.intValue
            for line in update["logs"]?.arrayValue ?? [] {
                guard let message = line["message"]?.stringValue else { continue }
                // tqdm ends its lines with carriage returns.
                let words = String(message.split(whereSeparator: \.isNewline).last ?? "")
                if let step = LogStep(words) { glimpse.step = step } else if !words.isEmpty { glimpse.lastLog = words }
            }
        }
    }

    /// Takes the end of the watch.
    /// - Parameter isLost: see `isLost(by:)`.
    func end(_ outcome: Result<JSON, RPCError>, isLost: Bool) {
        change { glimpse in
            glimpse.outcome = outcome
            glimpse.isLost = isLost
            guard !isLost else { return }
            glimpse.status = QueueState.completed.rawValue
            glimpse.position = nil
        }
    }

    /// Whether the end of the watch is not what the queue says of the run itself: a key that is refused, a line that is
    /// down, an answer that makes no sense tell nothing of it.
    func isLost(by outcome: Result<JSON, RPCError>) -> Bool {
        guard case .failure(let error) = outcome else { return false }
        return switch error.kind {
        case "request_failed", "cancelled": false
        // Before the job is done, it is our question that is rejected, or that nobody answered. Afterwards the job was
        // rejected, or did not begin within `start_timeout`.
        case "rejected", "timeout": glimpse.isRunning
        default: true
        }
    }

    private func change(_ body: (inout Glimpse) -> Void) {
        let (glimpse, listeners) = state.update { state in
            body(&state.glimpse)
            return (state.glimpse, Array(state.listeners.values))
        }
        for listener in listeners { listener(glimpse) }
    }

    /// - Parameter body: called at every change from now on, and at once; it must not block.
    /// - Returns: for `ignore`.
    func listen(_ body: @escaping @Sendable (Glimpse) -> Void) -> UInt64 {
        let (number, glimpse) = state.withLock { state in
            defer { state.nextListener += 1 }
            state.listeners[state.nextListener] = body
            return (state.nextListener, state.glimpse)
        }
        body(glimpse)
        return number
    }

    func ignore(_ listener: UInt64) { state.withLock { $0.listeners[listener] = nil } }

    /// The tool's answer, made by the first who asks: files are saved and looked at. Where one could not be saved, the
    /// next who asks makes us try again.
    func finished(_ make: @escaping @Sendable (Job, Result<JSON, RPCError>) async -> ToolResult) async -> ToolResult {
        let task: Task<ToolResult, Never>? = state.withLock { state in
            if let task = state.finished { return task }
            guard let outcome = state.glimpse.outcome else { return nil }
            let task = Task.detached { await make(self, outcome) }
            state.finished = task
            return task
        }
        guard let task else { return ToolResult(error: "the job \(id) is not done yet") }
        let result = await task.value
        if result.lacksFiles { state.withLock { if $0.finished == task { $0.finished = nil } } }
        return result
    }
}
