import FalClient
import FalProtocol
import HTTP
import JSON
import JSONRPC
import Platform

/// Waits for a request to be done: along a stream of its status where there is one, else by asking.
///
/// A class, and functions that are not inlined: a thousand calls wait at once, and what their tasks hold while they
/// sleep should be little. It is used by one task.
final class QueueWait {
    enum Mode: String, Sendable {
        /// Streaming, and polling where the stream does not come.
        case auto
        case polling
        case streaming
    }

    indirect enum Outcome: Sendable {
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

    private let request: QueuedRequest
    private let slots: EventSlots
    private let logs: Bool
    private let mode: Mode
    /// Seconds between questions; nil for growing ones.
    private let interval: Double?
    private let deadline: Instant?

    // What is known so far.

    private var last: QueueStatus?
    private var ledger = LogLedger()
    /// Whether a line may have passed unseen since the whole log was seen last, and whether one ever may have.
    private var hasGap: Bool
    private var hadGap = false
    /// Whether a stream has come.
    private var hasStreamed = false
    private var lastAnswer = Instant.now
    private var delay: Double
    /// Streams in a row that ended without an event.
    private var fruitlessStreams = 0
    /// Whether the last stream told something new.
    private var hadNews = false

    /// - Parameter request: with a status where the caller has told it already, as of a request just sent.
    init(
        _ request: QueuedRequest, slots: EventSlots, logs: Bool, mode: Mode = .auto, interval: Double? = nil,
        deadline: Instant?
    ) {
        self.request = request
        self.slots = slots
        self.logs = logs
        self.mode = mode
        self.interval = interval
        self.deadline = deadline
        last = request.status
        hasGap = request.status == nil
        delay = 0
        delay = interval ?? bounds.lowerBound
    }

    /// Seconds between questions: from the first after a change up to the last. A local server is asked more often.
    private var bounds: ClosedRange<Double> { request.client.backend.kind == .local ? 0.04...0.5 : 0.5...5 }
    private static let growth = 1.5
    /// So that a thousand waits that began together do not ask together for ever.
    private static let jitter = 0.9...1.1
    /// Seconds in which a stream's first event must come, and streams that may end without one before there are none.
    private static let firstEventLimit = 5.0
    private static let maxFruitlessStreams = 3
    /// The same where a stream is insisted on, or has come before.
    private static let patientEventLimit = 60.0
    /// Seconds without an answer after which a wait is given up.
    private static let maxOutage = 60.0

    private indirect enum StreamEnd {
        case completed(QueueStatus)
        /// It broke, or the reader fell behind.
        case dropped
        /// There is no stream here, for this reason.
        case absent(FalError)
    }

    /// - Parameter onUpdate: called when state, position, or (with `logs`) the log changed, and for the last status.
    @inline(never)
    func untilCompleted(_ call: Call, onUpdate: (Update) async -> Void) async -> Outcome {
        call.waits()
        var canStream = mode != .polling
        while true {
            if call.ending != nil { return .ending }
            if let deadline, Instant.now >= deadline { return .timedOut }
            if canStream, slots.take() {
                switch await follow(call, onUpdate) {
                case .completed(let status): return .completed(status)
                case .dropped:
                    hasGap = true
                    await pause(isNews: hadNews)
                    continue
                case .absent(let error):
                    canStream = false
                    if mode == .streaming { return call.ending != nil ? .ending : .failed(error) }
                    Log.debug("no stream for \(request.id), it is asked for instead")
                    continue
                }
            }
            if let outcome = await ask(call, onUpdate) { return outcome }
        }
    }

    // MARK: Polling

    /// Asks once, and waits until it is time for the next question.
    @inline(never)
    private func ask(_ call: Call, _ onUpdate: (Update) async -> Void) async -> Outcome? {
        let status: QueueStatus
        switch await asked(logs: logs) {
        case .success(let answer): status = answer
        case .failure(let error):
            if call.ending != nil { return .ending }
            if let deadline, Instant.now >= deadline { return .timedOut }
            // The request goes on without us: an outage is no reason to give it up.
            guard error.isOutage, Instant.now.seconds(since: lastAnswer) < Self.maxOutage else { return .failed(error) }
            await pause(isNews: false)
            return nil
        }
        let newLogs = logs ? ledger.whole(status.logs ?? []) : []
        let isNews = await tell(status, newLogs: newLogs, onUpdate)
        if status.state == .completed { return .completed(status) }
        await pause(isNews: isNews)
        return nil
    }

    @inline(never)
    private func asked(logs: Bool) async -> Result<QueueStatus, FalError> {
        let request = request
        let answer = await apart(until: deadline) { () async -> Result<QueueStatus, FalError> in
            do throws(FalError) {
                return .success(try await request.client.status(request.endpoint, request.id, logs: logs))
            } catch {
                return .failure(error)
            }
        }
        if case .success = answer { lastAnswer = .now }
        return answer
    }

    /// Sleeps until the next question, or the deadline.
    @inline(never)
    private func pause(isNews: Bool) async {
        if interval == nil {
            delay = isNews ? bounds.lowerBound : min(delay * Self.growth, bounds.upperBound)
        }
        let delay = interval ?? delay * Double.random(in: Self.jitter)
        let left = deadline.map { $0.seconds(since: .now) } ?? .infinity
        try? await sleep(seconds: min(delay, left))
    }

    @inline(never)
    private func tell(
        _ status: QueueStatus, newLogs: [LogLine], _ onUpdate: (Update) async -> Void
    ) async -> Bool {
        let isNews = last?.state != status.state || last?.queuePosition != status.queuePosition || !newLogs.isEmpty
        last = status
        if isNews { await onUpdate(Update(status: status, newLogs: newLogs)) }
        return isNews
    }

    // MARK: Streaming

    /// Follows one stream to its end. The slot that was taken for it is given back.
    @inline(never)
    private func follow(_ call: Call, _ onUpdate: (Update) async -> Void) async -> StreamEnd {
        var holdsSlot = true
        defer { if holdsSlot { slots.giveBack() } }
        let stream = request.client.statusEvents(
            request.endpoint, request.id, logs: logs,
            firstEventLimit: mode == .streaming || hasStreamed ? Self.patientEventLimit : Self.firstEventLimit
        )
        let alarm = deadline.map { deadline in
            Task {
                try await sleep(seconds: deadline.seconds(since: .now))
                stream.cancel()
            }
        }
        defer {
            alarm?.cancel()
            stream.cancel()
        }
        var isFirst = true
        hadNews = false
        while let event = await stream.next() {
            if holdsSlot, stream.isMultiplexed {
                slots.giveBack()
                holdsSlot = false
            }
            guard let status = (try? JSON.parse(event.data)).flatMap({ QueueStatus($0, requestID: request.id) }) else {
                continue
            }
            fruitlessStreams = 0
            hasStreamed = true
            lastAnswer = .now
            var current = status
            if isFirst {
                isFirst = false
                hadGap = hadGap || hasGap
                if logs, hasGap || status.state != .inQueue, let whole = await fillGap(onUpdate) {
                    hasGap = false
                    if whole.state == .completed { return .completed(whole) }
                    // The event is older than the answer; but for the end, only its lines count.
                    if status.state != .completed { current = whole }
                }
                ledger.beginStream()
            }
            // Before a last look at the whole log, which brings what may have passed unseen.
            let newLogs = logs ? ledger.delta(status.logs ?? []) : []
            if status.state == .completed, logs, hadGap {
                current.state = .inProgress
                if !newLogs.isEmpty { _ = await tell(current, newLogs: newLogs, onUpdate) }
                if let whole = await fillGap(onUpdate), whole.state == .completed { return .completed(whole) }
                _ = await tell(status, newLogs: [], onUpdate)
                return .completed(status)
            }
            if await tell(current, newLogs: newLogs, onUpdate) { hadNews = true }
            if status.state == .completed { return .completed(status) }
        }
        if isFirst { fruitlessStreams += 1 }
        return await end(of: stream, isFruitless: isFirst)
    }

    private func end(of stream: EventStream, isFruitless: Bool) async -> StreamEnd {
        switch stream.end {
        case .notEvents(let response):
            var error = request.client.failure(of: response, request.id)
            if response.isSuccess {
                error = FalError(.malformed("the status stream is no event stream"), requestID: request.id)
            }
            // A server that is only busy may have a stream later.
            if [408, 429, 500, 502, 503, 504].contains(response.status),
                fruitlessStreams < Self.maxFruitlessStreams
            {
                return .dropped
            }
            return .absent(error)
        case .silent where mode == .streaming || hasStreamed:
            return .dropped
        case .silent:
            return .absent(FalError(.malformed("the status stream gave no event"), requestID: request.id))
        case .failed(let error):
            if !error.wasSent, error.cause == .connect, let start = request.client.backend.start { try? await start() }
            if fruitlessStreams < Self.maxFruitlessStreams { return .dropped }
            return .absent(FalError(.unreachable(error), requestID: request.id))
        case .closed, nil:
            if isFruitless, fruitlessStreams >= Self.maxFruitlessStreams {
                return .absent(FalError(.malformed("the status stream ends without an event"), requestID: request.id))
            }
            return .dropped
        }
    }

    /// Tells what was said while nobody listened, which stands in the whole log only.
    /// - Returns: nil where it cannot be had; the next gap brings it.
    @inline(never)
    private func fillGap(_ onUpdate: (Update) async -> Void) async -> QueueStatus? {
        guard case .success(let status) = await asked(logs: true) else { return nil }
        let newLogs = ledger.whole(status.logs ?? [])
        _ = await tell(status, newLogs: newLogs, onUpdate)
        return status
    }
}
