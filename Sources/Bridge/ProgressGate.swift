import Platform
import Synchronization

/// Lets at most ten reports a second through, none twice, and always the last.
final class ProgressGate: Sendable {
    private let state = Mutex<(next: Instant, last: Int64)>((Instant(nanoseconds: 0), -1))

    /// - Parameters:
    ///   - bytes: so far.
    ///   - total: of how many, if that is known.
    func passes(_ bytes: Int64, of total: Int64?) -> Bool {
        let now = Instant.now
        return state.withLock { state in
            guard bytes != state.last, now >= state.next || bytes == total else { return false }
            state = (now.advanced(bySeconds: 0.1), bytes)
            return true
        }
    }
}
