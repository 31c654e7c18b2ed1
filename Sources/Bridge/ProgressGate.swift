import Platform
import Synchronization

/// Lets at most ten reports a second through, and always the last.
final class ProgressGate: Sendable {
    private let next = Mutex(Instant(nanoseconds: 0))

    func passes(isLast: Bool) -> Bool {
        let now = Instant.now
        return next.withLock { next in
            guard now >= next || isLast else { return false }
            next = now.advanced(bySeconds: 0.1)
            return true
        }
    }
}
