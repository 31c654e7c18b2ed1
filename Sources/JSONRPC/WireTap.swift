import Platform

/// Hands on what goes over a server's wire to somebody who looks on: a trace, a recording.
///
/// Whoever reads or writes leaves a copy here and goes on at once. A thread of the tap's own cuts the copies into
/// messages and hands those on. What waits for it is bounded: past `capacity` bytes, copies are dropped, and an event
/// says how many bytes are missing.
public final class WireTap: Sendable {
    /// As the server sees it.
    public enum Direction: String, Sendable, CaseIterable {
        case input = "in"
        case output = "out"
    }

    public struct Event: Sendable {
        public enum Content: Sendable, Equatable {
            case piece(WireSplitter.Piece)
            /// Nothing more will come, or nobody reads any more.
            case end
            /// So many bytes are missing here.
            case lost(Int)
        }

        public let time: Instant
        public let direction: Direction
        public let content: Content

        public init(time: Instant, direction: Direction, content: Content) {
            self.time = time
            self.direction = direction
            self.content = content
        }
    }

    private enum Item: Sendable {
        case bytes([UInt8])
        case end
        case lost(Int)
    }

    private struct State: Sendable {
        var items: [(time: Instant, direction: Direction, item: Item)] = []
        var bytes = 0
        var isClosed = false
        var isDone = false
    }

    private let state = Monitor(State())

    /// Bytes that may wait.
    public static let capacity = 64 << 20
    /// What a copy takes besides its bytes.
    private static let itemBytes = 96

    /// - Parameters:
    ///   - framing: nil where the server tells it from the first byte.
    ///   - maxMessageBytes: as the server has it.
    ///   - onEvents: called on the tap's thread, in order.
    public init(
        framing: Framing?, maxMessageBytes: Int, onEvents: @escaping @Sendable ([Event]) -> Void
    ) throws(SystemError) {
        let state = state
        try Thread.start {
            // What goes out is ours and may be as long as it likes.
            var splitters: [Direction: WireSplitter] = [
                .input: WireSplitter(framing: framing, maxBytes: maxMessageBytes),
                .output: WireSplitter(maxBytes: .max / 2),
            ]
            while true {
                let items = state.wait { state -> [(time: Instant, direction: Direction, item: Item)]? in
                    if state.items.isEmpty { return state.isClosed ? [] : nil }
                    defer { (state.items, state.bytes) = ([], 0) }
                    return state.items
                } ?? []
                if items.isEmpty { break }
                for (time, direction, item) in items {
                    var events: [Event] = []
                    func add(_ content: Event.Content) {
                        events.append(Event(time: time, direction: direction, content: content))
                    }
                    switch item {
                    case .bytes(let bytes):
                        let pieces = bytes.withUnsafeBytes { splitters[direction]?.append($0) } ?? []
                        for piece in pieces { add(.piece(piece)) }
                    case .end:
                        for piece in splitters[direction]?.finish() ?? [] { add(.piece(piece)) }
                        add(.end)
                    case .lost(let count):
                        // What stands before the hole is no whole message, and what comes after it may be none.
                        for piece in splitters[direction]?.finish() ?? [] { add(.piece(piece)) }
                        add(.lost(count))
                    }
                    if !events.isEmpty { onEvents(events) }
                }
            }
            state.update { $0.isDone = true }
        }
    }

    func take(_ direction: Direction, _ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        let time = Instant.now
        state.update { state in
            guard state.bytes + bytes.count > Self.capacity else {
                state.bytes += bytes.count + Self.itemBytes
                return state.items.append((time, direction, .bytes(Array(bytes))))
            }
            if let last = state.items.indices.last, state.items[last].direction == direction,
                case .lost(let count) = state.items[last].item
            {
                state.items[last].item = .lost(count + bytes.count)
            } else {
                state.items.append((time, direction, .lost(bytes.count)))
            }
        }
    }

    func end(_ direction: Direction) {
        let time = Instant.now
        state.update { $0.items.append((time, direction, .end)) }
    }

    /// Sleeps until all that was left here is handed on, or until `deadline`. Nothing may be left here afterwards.
    /// - Returns: whether all of it is.
    @discardableResult
    public func finish(until deadline: Instant) -> Bool {
        state.update { $0.isClosed = true }
        return state.wait(until: deadline) { $0.isDone ? true : nil } ?? false
    }
}
