import FalClient
import FalProtocol
import JSONRPC
import Platform

/// Waits for a request to be done, by asking.
struct QueueWait: Sendable {
    enum Outcome: Sendable {
        case completed(QueueStatus)
        case failed(FalError)
        case timedOut
        /// The call is to end.
        case ending
    }

    /// What is new since the last update.
    struct Update: Sendable {
        let status: QueueStatus
        let newLogs: [LogLine]
    }

    let client: FalClient
    let endpoint: EndpointID
    let requestID: String
    let logs: Bool
    /// Seconds between questions; nil for growing ones.
    let interval: Double?
    let deadline: Instant?

    /// Seconds between questions: from the first after a change up to the last. A local server is asked more often.
    private var bounds: ClosedRange<Double> { client.backend.kind == .local ? 0.04...0.5 : 0.5...5 }

    /// - Parameters:
    ///   - seen: the status that the caller has told already.
    ///   - onUpdate: called when state, position, or (with `logs`) the log changed, and for the last status.
    func untilCompleted(
        _ call: Call, seen: QueueStatus? = nil, onUpdate: (Update) async -> Void
    ) async -> Outcome {
        call.waits()
        var last = seen
        var logCount = 0
        var delay = interval ?? bounds.lowerBound
        while true {
            if call.ending != nil { return .ending }
            let status: QueueStatus
            do throws(FalError) { status = try await client.status(endpoint, requestID, logs: logs) } catch {
                return call.ending != nil ? .ending : .failed(error)
            }
            // The whole log comes every time; should it have shrunk, what is left is no news.
            let lines = status.logs ?? []
            let newLogs = logs && lines.count > logCount ? Array(lines[logCount...]) : []
            logCount = max(logCount, lines.count)
            let isNews = last?.state != status.state || last?.queuePosition != status.queuePosition || !newLogs.isEmpty
            if isNews { await onUpdate(Update(status: status, newLogs: newLogs)) }
            last = status
            if status.state == .completed { return .completed(status) }
            if let deadline, Instant.now >= deadline { return .timedOut }
            if interval == nil { delay = isNews ? bounds.lowerBound : min(delay * 1.3, bounds.upperBound) }
            let left = deadline.map { $0.seconds(since: .now) } ?? .infinity
            try? await Task.sleep(for: .seconds(min(delay, max(left, 0.001))))
        }
    }
}
