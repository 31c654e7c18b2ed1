import FalClient
import FalProtocol
import HTTP
import JSON
import JSONRPC
import Platform

/// Waits for a request to be done: along a stream of its status where there is one, else by asking.
struct QueueWait: Sendable {
    enum Mode: String, Sendable {
        /// Streaming, and polling where the stream does not come.
        case auto
        case polling
        case streaming
    }

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
    let slots: EventSlots
    let endpoint: EndpointID
    let requestID: String
    let logs: Bool
    var mode = Mode.auto
    /// Seconds between questions; nil for growing ones.
    let interval: Double?
    let deadline: Instant?

    /// Seconds between questions: from the first after a change up to the last. A local server is asked more often.
    private var bounds: ClosedRange<Double> { client.backend.kind == .local ? 0.04...0.5 : 0.5...5 }
    private static let growth = 1.5
    /// So that a thousand waits that began together do not ask together for ever.
    private static let jitter = 0.9...1.1
    /// Seconds in which a stream's first event must come, and streams that may end without one before there are none.
    private static let firstEventLimit = 5.0
    private static let maxFruitlessStreams = 3

    /// What is known so far.
    private struct Progress {
        var last: QueueStatus?
        var ledger = LogLedger()
        /// Whether a line may have passed unseen.
        var hasGap: Bool
        var delay: Double
        /// Streams in a row that ended without an event.
        var fruitlessStreams = 0
        /// Whether the last stream told something new.
        var hadNews = false
    }

    private enum StreamEnd {
        case completed(QueueStatus)
        /// It broke, or the reader fell behind.
        case dropped
        /// There is no stream here, for this reason.
        case absent(FalError)
    }

    /// - Parameters:
    ///   - seen: the status that the caller has told already, of a request just sent; nil for an earlier one.
    ///   - onUpdate: called when state, position, or (with `logs`) the log changed, and for the last status.
    func untilCompleted(
        _ call: Call, seen: QueueStatus? = nil, onUpdate: (Update) async -> Void
    ) async -> Outcome {
        call.waits()
        var progress = Progress(last: seen, hasGap: seen == nil, delay: interval ?? bounds.lowerBound)
        var canStream = mode != .polling
        while true {
            if call.ending != nil { return .ending }
            if let deadline, Instant.now >= deadline { return .timedOut }
            if canStream, slots.take() {
                switch await follow(&progress, call, onUpdate) {
                case .completed(let status): return .completed(status)
                case .dropped:
                    progress.hasGap = true
                    await pause(&progress, isNews: progress.hadNews)
                    continue
                case .absent(let error):
                    canStream = false
                    if mode == .streaming { return call.ending != nil ? .ending : .failed(error) }
                    Log.debug("no stream for \(requestID), it is asked for instead")
                    continue
                }
            }
            if let outcome = await ask(&progress, call, onUpdate) { return outcome }
        }
    }

    // MARK: Polling

    /// Asks once, and waits until it is time for the next question.
    private func ask(_ progress: inout Progress, _ call: Call, _ onUpdate: (Update) async -> Void) async -> Outcome? {
        let status: QueueStatus
        do throws(FalError) { status = try await client.status(endpoint, requestID, logs: logs) } catch {
            return call.ending != nil ? .ending : .failed(error)
        }
        let newLogs = logs ? progress.ledger.whole(status.logs ?? []) : []
        let isNews = await tell(status, newLogs: newLogs, &progress, onUpdate)
        if status.state == .completed { return .completed(status) }
        await pause(&progress, isNews: isNews)
        return nil
    }

    /// Sleeps until the next question, or the deadline.
    private func pause(_ progress: inout Progress, isNews: Bool) async {
        if interval == nil {
            progress.delay = isNews ? bounds.lowerBound : min(progress.delay * Self.growth, bounds.upperBound)
        }
        let delay = interval ?? progress.delay * Double.random(in: Self.jitter)
        let left = deadline.map { $0.seconds(since: .now) } ?? .infinity
        try? await Task.sleep(for: .seconds(min(delay, max(left, 0.001))))
    }

    private func tell(
        _ status: QueueStatus, newLogs: [LogLine], _ progress: inout Progress, _ onUpdate: (Update) async -> Void
    ) async -> Bool {
        let last = progress.last
        let isNews = last?.state != status.state || last?.queuePosition != status.queuePosition || !newLogs.isEmpty
        progress.last = status
        if isNews { await onUpdate(Update(status: status, newLogs: newLogs)) }
        return isNews
    }

    // MARK: Streaming

    /// Follows one stream to its end. The slot that was taken for it is given back.
    private func follow(
        _ progress: inout Progress, _ call: Call, _ onUpdate: (Update) async -> Void
    ) async -> StreamEnd {
        var holdsSlot = true
        defer { if holdsSlot { slots.giveBack() } }
        let stream = client.statusEvents(endpoint, requestID, logs: logs, firstEventLimit: Self.firstEventLimit)
        let alarm = deadline.map { deadline in
            Task {
                try await Task.sleep(for: .seconds(deadline.seconds(since: .now)))
                stream.cancel()
            }
        }
        defer {
            alarm?.cancel()
            stream.cancel()
        }
        var isFirst = true
        progress.hadNews = false
        while let event = await stream.next() {
            if holdsSlot, stream.isMultiplexed {
                slots.giveBack()
                holdsSlot = false
            }
            guard let status = (try? JSON.parse(event.data)).flatMap({ QueueStatus($0, requestID: requestID) }) else {
                continue
            }
            progress.fruitlessStreams = 0
            var current = status
            if isFirst {
                isFirst = false
                if logs, progress.hasGap || status.state != .inQueue, let whole = await fillGap(&progress, onUpdate) {
                    if whole.state == .completed { return .completed(whole) }
                    // The event is older than the answer; but for the end, only its lines count.
                    if status.state != .completed { current = whole }
                }
                progress.hasGap = false
                progress.ledger.beginStream()
            }
            let newLogs = logs ? progress.ledger.delta(status.logs ?? []) : []
            if await tell(current, newLogs: newLogs, &progress, onUpdate) { progress.hadNews = true }
            if status.state == .completed { return .completed(status) }
        }
        if isFirst { progress.fruitlessStreams += 1 }
        return await end(of: stream, isFruitless: isFirst, progress)
    }

    private func end(of stream: EventStream, isFruitless: Bool, _ progress: Progress) async -> StreamEnd {
        switch stream.end {
        case .notEvents(let response):
            var error = client.failure(of: response, requestID)
            if response.isSuccess {
                error = FalError(.malformed("the status stream is no event stream"), requestID: requestID)
            }
            // A server that is only busy may have a stream later.
            if [408, 429, 500, 502, 503, 504].contains(response.status),
                progress.fruitlessStreams < Self.maxFruitlessStreams
            {
                return .dropped
            }
            return .absent(error)
        case .silent:
            return .absent(FalError(.malformed("the status stream gave no event"), requestID: requestID))
        case .failed(let error):
            if !error.wasSent, error.cause == .connect, let start = client.backend.start { try? await start() }
            if progress.fruitlessStreams < Self.maxFruitlessStreams { return .dropped }
            return .absent(FalError(.unreachable(error), requestID: requestID))
        case .closed, nil:
            if isFruitless, progress.fruitlessStreams >= Self.maxFruitlessStreams {
                return .absent(FalError(.malformed("the status stream ends without an event"), requestID: requestID))
            }
            return .dropped
        }
    }

    /// Tells what was said while nobody listened, which stands in the whole log only.
    /// - Returns: nil where it cannot be had; the next gap brings it.
    private func fillGap(
        _ progress: inout Progress, _ onUpdate: (Update) async -> Void
    ) async -> QueueStatus? {
        guard let status = try? await client.status(endpoint, requestID, logs: true) else { return nil }
        let newLogs = progress.ledger.whole(status.logs ?? [])
        _ = await tell(status, newLogs: newLogs, &progress, onUpdate)
        return status
    }
}
