import Platform
import Synchronization

/// The server-sent events of one exchange, as they come.
///
/// One task reads it. When that task falls behind by more than the stream holds, the exchange is ended as if the
/// connection had broken, since nothing may pile up; whoever reads opens another when it has caught up.
public final class EventStream: Sendable {
    /// How the stream ended.
    public enum End: Sendable {
        /// The server closed it in order, or it broke, or nobody read it.
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
        var refusal: [UInt8] = []
        var end: End?
        var parser = ServerSentEvents(maxEventBytes: EventStream.maxEventBytes)
    }

    private struct Stop: Error {}

    private let state = Mutex(State())
    private let events: AsyncStream<ServerSentEvents.Event>
    private let continuation: AsyncStream<ServerSentEvents.Event>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Bytes of one event, of all that wait, and of a refusal's body; events that wait.
    private static let maxEventBytes = 8 << 20
    private static let maxWaiting = 16 << 20
    private static let maxRefusal = 64 << 10
    private static let maxEvents = 1_024

    init() {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maxEvents))
    }

    deinit { task.withLock { $0?.cancel() } }

    /// Whether the exchange shares its connection with others (HTTP/2); false until the head is there.
    public var isMultiplexed: Bool { state.withLock { $0.head?.version == .http2 } }

    /// How it ended; nil while it has not.
    public var end: End? { state.withLock { $0.end } }

    /// Waits for the next event; nil when there are no more, or the task was cancelled.
    public func next() async -> ServerSentEvents.Event? {
        var iterator = events.makeAsyncIterator()
        guard let event = await iterator.next() else {
            if Task.isCancelled { cancel() }
            return nil
        }
        state.withLock { $0.waiting -= event.data.count }
        return event
    }

    /// Ends the exchange, if it has not ended.
    public func cancel() { task.withLock { $0?.cancel() } }

    // MARK: The exchange

    func start(_ request: HTTPRequest, _ client: HTTPClient, firstEventLimit: Double) {
        // Weak: a stream that nobody holds any more ends by its deinit.
        let exchange = Task.detached { [weak self] in
            let watchdog = Task { [weak self] in
                try await sleep(seconds: firstEventLimit)
                self?.endIfSilent()
            }
            defer { watchdog.cancel() }
            do throws(HTTPError) {
                _ = try await client.download(
                    request,
                    onHead: { [weak self] head in self?.begin(head) },
                    onBytes: { [weak self] bytes in
                        guard let self else { throw Stop() }
                        try take(bytes)
                    }
                )
                self?.finish(nil)
            } catch {
                self?.finish(error)
            }
        }
        task.withLock { $0 = exchange }
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

    private func take(_ bytes: UnsafeRawBufferPointer) throws {
        let events: [ServerSentEvents.Event] = try state.withLock { state in
            guard state.head.map(Self.isEvents) == true else {
                state.refusal += bytes.prefix(Self.maxRefusal - state.refusal.count)
                if state.refusal.count >= Self.maxRefusal { throw Stop() }
                return []
            }
            let events = try state.parser.push(bytes)
            if !events.isEmpty { state.hasEvents = true }
            state.waiting += events.reduce(0) { $0 + $1.data.count }
            if state.waiting > Self.maxWaiting { throw Stop() }
            return events
        }
        for event in events { if case .dropped = continuation.yield(event) { throw Stop() } }
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
        continuation.finish()
    }
}

extension HTTPClient {
    /// Asks for server-sent events.
    /// - Parameter firstEventLimit: seconds in which the first must come; a gateway may hold them back.
    public func events(_ request: HTTPRequest, firstEventLimit: Double) -> EventStream {
        let stream = EventStream()
        var request = request
        request.isEventStream = true
        stream.start(request, self, firstEventLimit: firstEventLimit)
        return stream
    }
}
