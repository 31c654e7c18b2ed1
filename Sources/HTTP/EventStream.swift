import Platform
import Synchronization

/// The server-sent events of one exchange, as they come.
///
/// One reader takes them, and is told when there is something to take. While it is behind by more than the stream holds,
/// nothing is read from the connection, so that nothing piles up here. Ending the exchange instead would be no help: a
/// server that tells a long log at once would tell it from its start again, and again.
public final class EventStream: Sendable {
    /// How the stream ended.
    public enum End: Sendable {
        /// The server closed it in order, or it broke.
        case closed
        /// No event came in the time for the first.
        case silent
        /// The server answered, but not with events; the start of its body comes along.
        case notEvents(HTTPResponse)
        case failed(HTTPError)
    }

    private struct State {
        var head: HTTPHead?
        var hasEvents = false
        var isSilent = false
        /// Bytes of events that wait to be read.
        var waiting = 0
        var events: [ServerSentEvents.Event] = []
        /// Where in `events` the next one stands.
        var next = 0
        /// Whether bytes were left for later.
        var isHeldUp = false
        /// Whether it is to be resumed as soon as it is known which exchange that is.
        var mustResume = false
        var refusal: [UInt8] = []
        var end: End?
        var exchange: UInt64?
        /// Set until the first event.
        var watchdog: Timers.Timer?
        var parser = ServerSentEvents(maxEventBytes: EventStream.maxEventBytes)
    }

    private struct Stop: Error {}

    private let state = Mutex(State())
    private let client: HTTPClient
    private let onNews: @Sendable () -> Void

    /// Bytes of one event and of a refusal's body.
    private static let maxEventBytes = 8 << 20
    private static let maxRefusal = 64 << 10
    /// Bytes and events that may wait before no more are read; what is read at once comes on top.
    private static let maxWaiting = 256 << 10
    private static let maxEvents = 1_024

    init(_ client: HTTPClient, onNews: @escaping @Sendable () -> Void) {
        self.client = client
        self.onNews = onNews
    }

    deinit { cancel() }

    /// Whether the exchange shares its connection with others (HTTP/2); false until the head is there.
    public var isMultiplexed: Bool { state.withLock { $0.head?.version == .http2 } }

    /// How it ended; nil while it has not.
    public var end: End? { state.withLock { $0.end } }

    /// The next event; nil when there is none: for now, or, with an `end`, at all.
    public func take() -> ServerSentEvents.Event? {
        let (event, exchange): (ServerSentEvents.Event?, UInt64?) = state.withLock { state in
            guard state.next < state.events.count else { return (nil, nil) }
            let event = state.events[state.next]
            state.waiting -= event.data.count
            state.next += 1
            guard state.next == state.events.count else { return (event, nil) }
            state.events = []
            state.next = 0
            guard state.isHeldUp else { return (event, nil) }
            state.isHeldUp = false
            state.mustResume = state.exchange == nil
            return (event, state.exchange)
        }
        client.resume(exchange)
        return event
    }

    /// Ends the exchange, if it has not ended.
    public func cancel() {
        let (exchange, watchdog) = state.withLock { ($0.exchange, $0.watchdog) }
        client.cancel(exchange)
        watchdog.map(Timers.shared.cancel)
    }

    // MARK: The exchange

    func start(_ request: HTTPRequest, firstEventLimit: Double) {
        let watchdog = Timers.shared.set(Instant.now.advanced(bySeconds: firstEventLimit)) { [weak self] in
            self?.endIfSilent()
        }
        state.withLock { $0.watchdog = watchdog }
        // Weak: a stream that nobody holds any more ends by its deinit.
        let exchange = client.begin(
            request,
            onHead: { [weak self] head in self?.begin(head) },
            onBytes: { [weak self] bytes in
                guard let self else { throw Stop() }
                return try take(bytes)
            },
            onEnd: { [weak self] result in
                switch result {
                case .success: self?.finish(nil)
                case .failure(let error): self?.finish(error)
                }
            }
        )
        let mustResume = state.withLock { state in
            state.exchange = exchange
            return state.mustResume
        }
        if mustResume { client.resume(exchange) }
    }

    private func endIfSilent() {
        let isSilent = state.withLock { state in
            guard !state.hasEvents, state.end == nil else { return false }
            state.isSilent = true
            return true
        }
        if isSilent { cancel() }
    }

    private func begin(_ head: HTTPHead) { state.withLock { $0.head = head } }

    private func take(_ bytes: UnsafeRawBufferPointer) throws -> Transfer.Intake {
        let (intake, hasNews, watchdog): (Transfer.Intake, Bool, Timers.Timer?) = try state.withLock { state in
            guard state.head.map(Self.isEvents) == true else {
                state.refusal += bytes.prefix(Self.maxRefusal - state.refusal.count)
                if state.refusal.count >= Self.maxRefusal { throw Stop() }
                return (.taken, false, nil)
            }
            if state.waiting >= Self.maxWaiting || state.events.count - state.next >= Self.maxEvents {
                state.isHeldUp = true
                return (.later, false, nil)
            }
            let events = try state.parser.push(bytes)
            guard !events.isEmpty else { return (.taken, false, nil) }
            state.waiting += events.reduce(0) { $0 + $1.data.count }
            state.events += events
            state.hasEvents = true
            defer { state.watchdog = nil }
            return (.taken, true, state.watchdog)
        }
        watchdog.map(Timers.shared.cancel)
        if hasNews { onNews() }
        return intake
    }

    private static func isEvents(_ head: HTTPHead) -> Bool {
        guard (200..<300).contains(head.status) else { return false }
        let type = head.headers["content-type"]?.lowercased() ?? ""
        return type.hasPrefix("text/event-stream")
    }

    private func finish(_ error: HTTPError?) {
        state.withLock { state in
            state.end = if state.isSilent {
                .silent
            } else if let head = state.head, !Self.isEvents(head) {
                .notEvents(HTTPResponse(head: head, body: state.refusal))
            } else if let error, state.head == nil {
                .failed(error)
            } else {
                .closed
            }
        }
        cancel()
        onNews()
    }
}

extension HTTPClient {
    /// Asks for server-sent events.
    /// - Parameters:
    ///   - firstEventLimit: seconds in which the first must come; a gateway may hold them back.
    ///   - onNews: called when there may be something to take, or the stream has ended; on the client's own thread, or
    ///     on the caller's where nothing can be begun. It must not block.
    public func events(
        _ request: HTTPRequest, firstEventLimit: Double, onNews: @escaping @Sendable () -> Void
    ) -> EventStream {
        let stream = EventStream(self, onNews: onNews)
        var request = request
        request.isEventStream = true
        stream.start(request, firstEventLimit: firstEventLimit)
        return stream
    }
}
