import Synchronization

/// How many streams of events may be open at once, each with a connection for itself as HTTP/1 has it.
///
/// A stream that turns out to share its connection gives its slot back and goes on without.
public final class EventSlots: Sendable {
    public static let limit = 32

    private let taken = Mutex(0)

    public init() {}

    /// - Returns: false when all are taken.
    public func take() -> Bool {
        taken.withLock { taken in
            guard taken < Self.limit else { return false }
            taken += 1
            return true
        }
    }

    public func giveBack() { taken.withLock { $0 -= 1 } }
}
