import Synchronization

/// Lets so many through at once, the others in the order in which they came.
public final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Where in `waiting` the next one stands.
        var next = 0
    }

    private let state: Mutex<State>

    public init(limit: Int) { state = Mutex(State(free: limit)) }

    /// Runs `body` when it is its turn. A cancelled task waits for its turn like any other.
    public func pass<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { leave() }
        return try await body()
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.next < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.next]
            state.next += 1
            if state.next == state.waiting.count {
                state.waiting.removeAll()
                state.next = 0
            }
            return next
        }
        next?.resume()
    }
}
