import Synchronization

/// Lets so many through at once, the others in the order in which they came.
public final class Turnstile: Sendable {
    /// A way in, which is given back by `leave`, or when nobody holds it any more.
    public final class Place: Sendable {
        private let turnstile: Turnstile
        private let isLeft = Atomic(false)

        fileprivate init(_ turnstile: Turnstile) { self.turnstile = turnstile }

        deinit { leave() }

        /// A second time does nothing.
        public func leave() {
            if !isLeft.exchange(true, ordering: .relaxed) { turnstile.letNext() }
        }
    }

    private struct State {
        var free: Int
        var waiting: [@Sendable () -> Void] = []
        /// Where in `waiting` the next one stands.
        var next = 0
    }

    private let state: Mutex<State>

    public init(limit: Int) { state = Mutex(State(free: limit)) }

    /// Calls `body` when it is its turn: at once, or later from where another leaves. It must not block.
    public func enter(_ body: @escaping @Sendable (Place) -> Void) {
        line { body(Place(self)) }
    }

    /// - Returns: nil when it would have to wait.
    public func enterAtOnce() -> Place? {
        let isFree = state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        return isFree ? Place(self) : nil
    }

    /// Runs `body` when it is its turn. A cancelled task waits for its turn like any other.
    public func pass<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await turn()
        defer { letNext() }
        return try await body()
    }

    /// For one that has passed: makes room for others while `body` runs, and comes back when it is its turn again.
    public func aside<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        letNext()
        do throws(Failure) {
            let result = try await body()
            await turn()
            return result
        } catch {
            await turn()
            throw error
        }
    }

    private func turn() async {
        await withCheckedContinuation { continuation in line { continuation.resume() } }
    }

    private func line(_ body: @escaping @Sendable () -> Void) {
        let isFree = state.withLock { state in
            guard state.free > 0 else {
                state.waiting.append(body)
                return false
            }
            state.free -= 1
            return true
        }
        if isFree { body() }
    }

    private func letNext() {
        let next: (@Sendable () -> Void)? = state.withLock { state in
            guard state.next < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.next]
            state.waiting[state.next] = {}
            state.next += 1
            // Now and then: a line that never ends must not grow.
            if state.next == state.waiting.count || state.next >= 1_024 {
                state.waiting.removeFirst(state.next)
                state.next = 0
            }
            return next
        }
        next?()
    }
}
