import Glibc
import JSON
import Platform

/// A JSON-RPC 2.0 server on two descriptors.
///
/// A thread of its own reads, with plain blocking calls: that is what costs a round trip least. It takes no new
/// message while the peer leaves too much unread.
public final class Server: Sendable {
    public struct Limits: Sendable {
        /// Bytes of one message.
        public var maxMessageBytes = 64 << 20
        /// Bytes of memory that one message may take while it is read. Without a limit it could be a hundred times its
        /// size, in values of two bytes.
        public var maxMessageMemory: Int {
            let (bytes, isTooMuch) = maxMessageBytes.multipliedReportingOverflow(by: memoryFactor)
            return isTooMuch ? .max : max(leastMemory, bytes)
        }
        private let memoryFactor = 4
        private let leastMemory = 64 << 20
        /// Calls that run at once.
        public var maxInFlight = 1_024
        /// Seconds that calls in flight get when the input has ended.
        public var drainSeconds = 5.0

        public init() {}
    }

    /// Why the server ended.
    public enum End: Sendable, Equatable {
        /// The input ended, or `end` was called; what was in flight was answered.
        case drained
        /// The notification `exit`.
        case exit(afterShutdown: Bool)
        /// Nobody reads the answers any more.
        case abandoned
        /// The answers cannot be written.
        case broken(SystemError)
    }

    private enum Event: Sendable, Equatable {
        case inputEnded
        case asked
        case exit
        case broken(SystemError)
    }

    /// Bytes of a message from which on its memory is given back at once.
    private static let large = 256 << 10

    private let limits: Limits
    private let framing: Framing?
    private let events: Monitor<Event?>
    private let outbox: Outbox
    private let dispatcher: Dispatcher
    private let tap: WireTap?

    /// - Parameters:
    ///   - listeners: by the notification's method; other notifications are ignored.
    ///   - output: the descriptor for answers. Nothing else may write to it.
    ///   - tap: sees every byte of both directions.
    public init(
        _ dialect: Dialect = .plain, methods: [Method], listeners: [String: Listener] = [:], limits: Limits = Limits(),
        output: CInt, tap: WireTap? = nil
    ) {
        self.limits = limits
        framing = dialect.framing
        let events = Monitor<Event?>(nil)
        self.events = events
        self.tap = tap
        outbox = Outbox(Output(output), tap: tap) { error in events.update { $0 = .broken(error) } }
        dispatcher = Dispatcher(
            dialect, methods: methods, listeners: listeners, maxInFlight: limits.maxInFlight,
            maxMemory: limits.maxMessageMemory, outbox: outbox
        )
        if let framing { outbox.setFraming(framing) }
    }

    /// Makes a request of the peer.
    /// - Returns: its answer; a failure when none comes in time.
    public func ask(_ method: String, _ params: JSONObject = [:]) async -> Result<JSON, RPCError> {
        await dispatcher.questions.ask(method, params)
    }

    /// Ends the server as the end of its input would; safe from any thread.
    public func end() { events.update { $0 = $0 ?? .asked } }

    /// Serves until there is a reason to end.
    public func run(input: CInt) throws(SystemError) -> End {
        try Thread.start { [self] in read(input) }
        var end: End
        switch events.wait({ $0 }) {
        case .exit?:
            outbox.drain(until: Instant.now.advanced(bySeconds: 1))
            end = .exit(afterShutdown: dispatcher.isShutDown)
        case .broken?: end = .abandoned
        case let event:
            let deadline = Instant.now.advanced(bySeconds: limits.drainSeconds)
            dispatcher.end(until: deadline, isInputOver: event == .inputEnded)
            outbox.drain(until: max(deadline, Instant.now.advanced(bySeconds: 1)))
            end = .drained
        }
        // Also what went wrong only now, with the last answers.
        if case .broken(let error)? = events.withLock({ $0 }) {
            end = [EPIPE, ECONNRESET].contains(error.code) ? .abandoned : .broken(error)
        }
        return end
    }

    private func read(_ input: CInt) {
        var reader = FrameReader(framing: framing, maxBytes: limits.maxMessageBytes)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { chunk.deallocate() }
        var knowsFraming = framing != nil
        var wasLarge = false
        func take(_ frame: FrameReader.Frame) -> Bool {
            if !knowsFraming, let framing = reader.framing {
                outbox.setFraming(framing)
                knowsFraming = true
            }
            switch frame {
            case .message(let range):
                if range.count > Self.large { wasLarge = true }
                if case .exit = reader.withBytes(range, dispatcher.accept) { return false }
            case .malformed(let fault): dispatcher.refuse(fault)
            }
            outbox.waitForRoom()
            return true
        }
        while true {
            let count = (try? Descriptor.read(input, into: chunk)) ?? 0
            if count == 0 { break }
            tap?.take(.input, UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            reader.append(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            while let frame = reader.next() {
                guard take(frame) else { return events.update { $0 = $0 ?? .exit } }
            }
            // One write for all that one read brought.
            outbox.flush()
            if wasLarge {
                // Of what a message took, the pieces are free now, and in nobody's way but the machine's.
                wasLarge = false
                Memory.giveBack()
            }
        }
        tap?.end(.input)
        while let frame = reader.finish() {
            guard take(frame) else { return events.update { $0 = $0 ?? .exit } }
        }
        outbox.flush()
        events.update { $0 = $0 ?? .inputEnded }
    }
}
