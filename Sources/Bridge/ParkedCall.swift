import JSON
import JSONRPC
import Platform
import Synchronization

/// A call that waits for long, as a thousand may at once: it has no task while it waits, as a task keeps the memory
/// that its deepest call needed for as long as it lives.
///
/// What it does, it does in steps, one at a time. After a step it waits until it is woken: by its timer, by something
/// that it listens to, or because it is to end.
final class ParkedCall: Sendable {
    /// What comes after a step.
    enum Next: Sendable {
        /// Another step, at once.
        case again
        /// Another step, with a place of the turnstile: for what takes much memory.
        case enter
        /// Another step when it is woken, or at this instant.
        case wait(until: Instant?)
        case answer(Result<JSON, RPCError>)
    }

    /// - Parameter place: held during the step, if any; it may be left before the step is over.
    typealias Step = @Sendable (_ place: Turnstile.Place?) async -> Next

    private enum Phase {
        case parked
        /// In line for a place; the number tells it from being in line for an earlier one.
        case entering(UInt64)
        case running
        case over
    }

    private struct State {
        var phase = Phase.parked
        /// Whether it was woken while it ran.
        var isWoken = false
        var entries: UInt64 = 0
        var timer: Timers.Timer?
        /// Let go when the call is over, as it may hold what holds this.
        var step: Step?
    }

    private let call: Call
    private let turnstile: Turnstile
    private let state = Mutex(State())

    /// Begins with the first step. The call holds what is made here until it is answered.
    @discardableResult
    init(_ call: Call, turnstile: Turnstile, step: (ParkedCall) -> Step) {
        self.call = call
        self.turnstile = turnstile
        let first = step(self)
        state.withLock { $0.step = first }
        call.whenEnding { [self] in wake() }
        wake()
    }

    /// Runs another step, soon, or after the one that runs now.
    func wake() {
        let starts = state.withLock { state in
            switch state.phase {
            case .parked, .entering:
                state.phase = .running
                return true
            case .running:
                state.isWoken = true
                return false
            case .over: return false
            }
        }
        if starts { call.run { [self] in await run(nil) } }
    }

    private func run(_ first: Turnstile.Place?) async {
        var place = first
        let (step, timer) = state.withLock { state in
            defer { state.timer = nil }
            return (state.step, state.timer)
        }
        timer.map(Timers.shared.cancel)
        guard let step else { return }
        while true {
            switch await step(place) {
            case .again: continue
            case .enter:
                place = turnstile.enterAtOnce()
                if place == nil, enters() { return }
            case .wait(let due):
                place?.leave()
                place = nil
                if parks(until: due) { return }
            case .answer(let outcome):
                state.withLock { ($0.phase, $0.step) = (.over, nil) }
                return call.answer(outcome)
            }
        }
    }

    /// - Returns: false when it was woken meanwhile, and goes on.
    private func parks(until due: Instant?) -> Bool {
        state.withLock { state in
            if state.isWoken {
                state.isWoken = false
                return false
            }
            state.phase = .parked
            state.timer = due.map { Timers.shared.set($0) { [weak self] in self?.wake() } }
            return true
        }
    }

    /// - Returns: false when it was woken meanwhile, and goes on.
    private func enters() -> Bool {
        let entry: UInt64? = state.withLock { state in
            if state.isWoken {
                state.isWoken = false
                return nil
            }
            state.entries += 1
            state.phase = .entering(state.entries)
            return state.entries
        }
        guard let entry else { return false }
        turnstile.enter { [self] place in
            let isInLine = state.withLock { state in
                guard case .entering(entry) = state.phase else { return false }
                state.phase = .running
                return true
            }
            if isInLine {
                call.run { [self] in await run(place) }
            } else {
                // Not from here: a long line of such ones would call one another, each deeper than the last.
                Task { place.leave() }
            }
        }
        return true
    }
}
