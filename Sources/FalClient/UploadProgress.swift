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
        let total = state.withLock { state -> Int64? in
            body(&state)
            let total = state.settled + state.sending.values.reduce(0, +)
            guard total > state.said else { return nil }
            state.said = total
            return total
        }
        if let total { onProgress?(total) }
    }
}
