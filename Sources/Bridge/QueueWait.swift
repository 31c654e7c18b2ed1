import FalClient
import FalProtocol
import HTTP
import JSON
import JSONRPC
import Platform

/// Waits for a request to be done: along a stream of its status where there is one, else by asking.
///
/// It works in steps, of which one runs at a time, so that a call that waits needs no task; see `ParkedCall`.
actor QueueWait {
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

    /// What comes after a step.
    enum Step: Sendable {
        case again
        /// Another, with a place among those that may ask at once.
        case enter
        /// Another at this instant, or when the wait is woken.
        case wait(until: Instant?)
        case over(Outcome)
    }

    /// What is new since the last update.
    struct Update: Sendable {
        let status: QueueStatus
        let newLogs: [LogLine]
        let isNewState: Bool
    }

    nonisolated let request: QueuedRequest
    private let call: Call
    private let slots: EventSlots
    private let logs: Bool
    private let mode: Mode
    /// Seconds between questions; nil for growing ones.
    private let interval: Double?
    private let deadline: Instant?
    private let wake: @Sendable () -> Void
    private let onUpdate: @Sendable (Update) async -> Void

    // What is known so far.

    private var last: (state: QueueState, queuePosition: Int?)?
    private var ledger = LogLedger()
    /// Whether a line may have passed unseen since the whole log was seen last, and whether one ever may have.
    private var hasGap: Bool
    private var hadGap = false
    private var canStream: Bool
    /// Whether a stream has come.
    private var hasStreamed = false
    private var lastAnswer = Instant.now
    private var delay: Double
    /// Before it, nothing is asked and no stream opened.
    private var pausedUntil = Instant.now
    /// Streams in a row that ended without an event.
    private var fruitlessStreams = 0

    // The stream that is followed now.

    private var stream: EventStream?
    private var holdsSlot = false
    /// An event that is taken, but needs a place to be dealt with; one at most.
    private var pending: [QueueStatus] = []
    private var isFirst = true
    /// Whether it told something new.
    private var hadNews = false

    /// - Parameters:
    ///   - request: with a status where the caller has told it already, as of a request just sent.
    ///   - wake: called when there is something for another step.
    ///   - onUpdate: called when state, position, or (with `logs`) the log changed, and for the last status.
    init(
        _ request: QueuedRequest, _ call: Call, slots: EventSlots, logs: Bool, mode: Mode = .auto,
        interval: Double? = nil, deadline: Instant?, wake: @escaping @Sendable () -> Void,
        onUpdate: @escaping @Sendable (Update) async -> Void
    ) {
        self.request = request
        self.call = call
        self.slots = slots
        self.logs = logs
        self.mode = mode
        self.interval = interval
        self.deadline = deadline
        self.wake = wake
        self.onUpdate = onUpdate
        last = request.status.map { ($0.state, $0.queuePosition) }
        hasGap = request.status == nil
        canStream = mode != .polling
        delay = interval ?? Self.bounds(request).lowerBound
        // What the call has begun is brought to its end; from here on it may be let go.
        call.waits()
    }

    /// Seconds between questions: from the first after a change up to the last. A local server is asked more often.
    private static func bounds(_ request: QueuedRequest) -> ClosedRange<Double> {
        request.client.backend.kind == .local ? 0.04...0.5 : 0.5...5
    }
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
        /// It broke.
        case dropped
        /// There is no stream here, for this reason.
        case absent(FalError)
    }

    /// - Parameter hasPlace: whether it may ask now.
    func step(hasPlace: Bool) async -> Step {
        if call.ending != nil { return over(.ending) }
        if let deadline, Instant.now >= deadline { return over(.timedOut) }
        if stream != nil { return await follow(hasPlace) }
        if Instant.now < pausedUntil { return wait(until: pausedUntil) }
        if canStream, slots.take() {
            open()
            return wait(until: nil)
        }
        return hasPlace ? await ask() : .enter
    }

    private func over(_ outcome: Outcome) -> Step {
        closeStream()
        return .over(outcome)
    }

    private func wait(until due: Instant?) -> Step {
        guard let due else { return .wait(until: deadline) }
        return .wait(until: deadline.map { min($0, due) } ?? due)
    }

    // MARK: Polling

    /// Asks once, and waits until it is time for the next question.
    private func ask() async -> Step {
        let status: QueueStatus
        switch await asked(logs: logs) {
        case .success(let answer): status = answer
        case .failure(let error):
            if call.ending != nil { return over(.ending) }
            if let deadline, Instant.now >= deadline { return over(.timedOut) }
            // The request goes on without us: an outage is no reason to give it up.
            guard error.isOutage, Instant.now.seconds(since: lastAnswer) < Self.maxOutage else {
                return over(.failed(error))
            }
            return pause(isNews: false)
        }
        let newLogs = logs ? ledger.whole(status.logs ?? []) : []
        let isNews = await tell(status, newLogs: newLogs)
        return status.state == .completed ? over(.completed(status)) : pause(isNews: isNews)
    }

    private func asked(logs: Bool) async -> Result<QueueStatus, FalError> {
        let request = request
        let ask = { @Sendable () async -> Result<QueueStatus, FalError> in
            do throws(FalError) {
                return .success(try await request.client.status(request.endpoint, request.id, logs: logs))
            } catch {
                return .failure(error)
            }
        }
        let answer = deadline == nil ? await ask() : await apart(until: deadline, ask)
        if case .success = answer { lastAnswer = .now }
        return answer
    }

    /// Waits until the next question, or the deadline.
    private func pause(isNews: Bool) -> Step {
        if interval == nil {
            let bounds = Self.bounds(request)
            delay = isNews ? bounds.lowerBound : min(delay * Self.growth, bounds.upperBound)
        }
        pausedUntil = .now.advanced(bySeconds: interval ?? delay * Double.random(in: Self.jitter))
        return wait(until: pausedUntil)
    }

    private func tell(_ status: QueueStatus, newLogs: [LogLine]) async -> Bool {
        let isNewState = last?.state != status.state
        let isNews = isNewState || last?.queuePosition != status.queuePosition || !newLogs.isEmpty
        last = (status.state, status.queuePosition)
        if isNews { await onUpdate(Update(status: status, newLogs: newLogs, isNewState: isNewState)) }
        return isNews
    }

    // MARK: Streaming

    /// Opens a stream, with the slot that was taken for it.
    private func open() {
        (holdsSlot, isFirst, hadNews) = (true, true, false)
        stream = request.client.statusEvents(
            request.endpoint, request.id, logs: logs,
            firstEventLimit: mode == .streaming || hasStreamed ? Self.patientEventLimit : Self.firstEventLimit,
            onNews: wake
        )
    }

    private func closeStream() {
        stream?.cancel()
        (stream, pending) = (nil, [])
        giveSlotBack()
    }

    private func giveSlotBack() {
        if holdsSlot { slots.giveBack() }
        holdsSlot = false
    }

    /// Deals with what the stream has brought.
    private func follow(_ hasPlace: Bool) async -> Step {
        guard let stream else { return .again }
        // Before the events: what it has brought at its end is there then.
        let end = stream.end
        while let status = nextStatus(of: stream) {
            if call.ending != nil { return over(.ending) }
            if holdsSlot, stream.isMultiplexed { giveSlotBack() }
            if needsWholeLog(status), !hasPlace {
                pending = [status]
                return .enter
            }
            if let outcome = await take(status) { return over(outcome) }
        }
        guard let end else { return wait(until: nil) }
        if isFirst { fruitlessStreams += 1 }
        let (isFruitless, hadNews) = (isFirst, hadNews)
        closeStream()
        switch await reason(for: end, isFruitless: isFruitless) {
        case .dropped:
            hasGap = true
            return pause(isNews: hadNews)
        case .absent(let error):
            canStream = false
            if mode == .streaming { return over(call.ending != nil ? .ending : .failed(error)) }
            Log.debug("no stream for \(request.id), it is asked for instead")
            return .again
        }
    }

    private func nextStatus(of stream: EventStream) -> QueueStatus? {
        if let status = pending.popLast() { return status }
        while let event = stream.take() {
            if let status = (try? JSON.parse(event.data)).flatMap({ QueueStatus($0, requestID: request.id) }) {
                return status
            }
        }
        return nil
    }

    /// Whether lines may be missing that only the whole log has, which must be asked for.
    private func needsWholeLog(_ status: QueueStatus) -> Bool {
        guard logs else { return false }
        return isFirst ? hasGap || status.state != .inQueue : status.state == .completed && hadGap
    }

    /// - Returns: how the wait ends, where it does.
    private func take(_ status: QueueStatus) async -> Outcome? {
        fruitlessStreams = 0
        hasStreamed = true
        lastAnswer = .now
        var current = status
        if isFirst {
            let asks = needsWholeLog(status)
            isFirst = false
            hadGap = hadGap || hasGap
            if asks, let whole = await fillGap() {
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
            if !newLogs.isEmpty { _ = await tell(current, newLogs: newLogs) }
            if let whole = await fillGap(), whole.state == .completed { return .completed(whole) }
            _ = await tell(status, newLogs: [])
            return .completed(status)
        }
        if await tell(current, newLogs: newLogs) { hadNews = true }
        return status.state == .completed ? .completed(status) : nil
    }

    private func reason(for end: EventStream.End, isFruitless: Bool) async -> StreamEnd {
        switch end {
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
        case .closed:
            if isFruitless, fruitlessStreams >= Self.maxFruitlessStreams {
                return .absent(FalError(.malformed("the status stream ends without an event"), requestID: request.id))
            }
            return .dropped
        }
    }

    /// Tells what was said while nobody listened, which stands in the whole log only.
    /// - Returns: nil where it cannot be had; the next gap brings it.
    private func fillGap() async -> QueueStatus? {
        guard case .success(let status) = await asked(logs: true) else { return nil }
        let newLogs = ledger.whole(status.logs ?? [])
        _ = await tell(status, newLogs: newLogs)
        return status
    }
}
