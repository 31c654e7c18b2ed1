import JSON
import JSONRPC
import Platform

/// A call that waits for a request: it finds or sends the request, waits until that is done, and answers.
actor WaitingCall {
    /// When a call is not begun any more, and what it is answered then.
    struct Late: Sendable {
        let deadline: Instant
        let error: RPCError
    }

    private enum Phase {
        case beginning
        case waiting(QueueWait)
        case settling(QueueWait, QueueWait.Outcome)
    }

    private let bridge: Bridge
    private let call: Call
    private let begin: @Sendable (_ wake: @escaping @Sendable () -> Void) async throws(RPCError) -> QueueWait
    private let settle: @Sendable (QueueWait, QueueWait.Outcome, Turnstile.Place?) async throws(RPCError) -> JSON
    private let late: Late?
    /// Until the call has begun.
    private var alarm: Timers.Timer?
    private var phase = Phase.beginning

    /// - Parameters:
    ///   - late: nil for one that is begun however late its turn comes.
    ///   - begin: makes the wait; `wake` is for that.
    ///   - settle: makes the answer. It gives its place away before it does what may take long.
    static func start(
        _ call: Call, _ bridge: Bridge, late: Late? = nil,
        begin: @escaping @Sendable (_ wake: @escaping @Sendable () -> Void) async throws(RPCError) -> QueueWait,
        settle: @escaping @Sendable (QueueWait, QueueWait.Outcome, Turnstile.Place?) async throws(RPCError) -> JSON
    ) {
        let waiting = WaitingCall(call, bridge, late, begin: begin, settle: settle)
        ParkedCall(call, turnstile: bridge.atWork) { parked in
            { place in await waiting.step(place) { parked.wake() } }
        }
    }

    private init(
        _ call: Call, _ bridge: Bridge, _ late: Late?,
        begin: @escaping @Sendable (@escaping @Sendable () -> Void) async throws(RPCError) -> QueueWait,
        settle: @escaping @Sendable (QueueWait, QueueWait.Outcome, Turnstile.Place?) async throws(RPCError) -> JSON
    ) {
        self.bridge = bridge
        self.call = call
        self.late = late
        self.begin = begin
        self.settle = settle
    }

    private func step(_ place: Turnstile.Place?, wake: @escaping @Sendable () -> Void) async -> ParkedCall.Next {
        switch phase {
        case .beginning:
            // One that is let go before it is sent is sent all the same: whoever closed the input asked for it.
            if call.ending == .cancelled {
                alarm.map(Timers.shared.cancel)
                return .answer(.failure(.cancelled("cancelled")))
            }
            if let late, Instant.now >= late.deadline { return .answer(.failure(late.error)) }
            guard place != nil else {
                if let late, alarm == nil { alarm = Timers.shared.set(late.deadline, wake) }
                return .enter
            }
            alarm.map(Timers.shared.cancel)
            do throws(RPCError) {
                phase = .waiting(try await begin(wake))
                return .again
            } catch {
                return .answer(.failure(bridge.masked(error)))
            }
        case .waiting(let wait):
            switch await wait.step(hasPlace: place != nil) {
            case .again: return .again
            case .enter: return .enter
            case .wait(let due): return .wait(until: due)
            case .over(let outcome):
                phase = .settling(wait, outcome)
                return .again
            }
        case .settling(let wait, let outcome):
            if case .completed = outcome, place == nil, call.ending == nil { return .enter }
            do throws(RPCError) {
                return .answer(.success(try await settle(wait, outcome, place)))
            } catch {
                return .answer(.failure(bridge.masked(error)))
            }
        }
    }
}
