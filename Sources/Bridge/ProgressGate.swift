import Platform
import Synchronization

/// Lets at most ten reports a second of one call through, none twice, and always the last of each of its files.
final class ProgressGate: Sendable {
    private let state = Mutex<(next: Instant, last: [Int: Int64])>((Instant(nanoseconds: 0), [:]))

    /// - Parameters:
    ///   - bytes: so far.
    ///   - total: of how many, if that is known.
    ///   - file: which of the call's files.
    func passes(_ bytes: Int64, of total: Int64?, file: Int = 0) -> Bool {
        let now = Instant.now
        return state.withLock { state in
            guard bytes != state.last[file], now >= state.next || bytes == total else { return false }
            state.next = now.advanced(bySeconds: 0.1)
            state.last[file] = bytes
            return true
        }
    }
}
