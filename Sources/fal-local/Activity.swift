import Platform
import Synchronization

/// When somebody last asked for something.
final class Activity: Sendable {
    private let time = Mutex(Instant.now)

    var last: Instant { time.withLock { $0 } }

    func note() { time.withLock { $0 = .now } }
}
