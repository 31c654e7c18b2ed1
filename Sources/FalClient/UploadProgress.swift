import HTTP
import Synchronization

/// Adds up what the parts of an upload have sent. A part that begins anew takes nothing back from what was said.
final class UploadProgress: Sendable {
    private struct State {
        var settled: Int64 = 0
        var sending: [Int: Int64] = [:]
        var said: Int64 = 0
    }

    private let state = Mutex(State())
    private let onProgress: (@Sendable (Int64) -> Void)?

    init(_ onProgress: (@Sendable (Int64) -> Void)?) { self.onProgress = onProgress }

    /// Counts what a part's exchange sends.
    func part(_ number: Int) -> HTTPClient.Progress? {
        guard onProgress != nil else { return nil }
        return { [self] sent, _, _ in change { $0.sending[number] = sent } }
    }

    /// A part is there, whole.
    func settle(_ number: Int, _ bytes: Int64) {
        change { state in
            state.sending[number] = nil
            state.settled += bytes
        }
    }

    /// All begins anew.
    func restart() { change { state in (state.settled, state.sending) = (0, [:]) } }

    private func change(_ body: (inout State) -> Void) {
        // Told under the lock: parts run side by side, and a smaller figure must not come after a larger one.
        state.withLock { state in
            body(&state)
            let total = state.settled + state.sending.values.reduce(0, +)
            // The same figure goes on as well: who shows it only so often may have let it pass, and libcurl asks about
            // once a second while nothing moves.
            guard total >= state.said else { return }
            state.said = total
            onProgress?(total)
        }
    }
}
