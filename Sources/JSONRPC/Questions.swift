import JSON
import Platform

/// Requests that we make of the peer, until they are answered.
final class Questions: Sendable {
    private struct State {
        var next: Int64 = 1
        var waiting: [String: CheckedContinuation<Result<JSON, RPCError>, Never>] = [:]
        var isOver = false
    }

    private let outbox: Outbox
    private let state = Monitor(State())

    /// Questions that wait at once. A peer that answers none of them must not make the process grow.
    private static let maxWaiting = 64
    /// Seconds.
    private static let patience = 10.0

    init(_ outbox: Outbox) { self.outbox = outbox }

    func ask(_ method: String, _ params: JSONObject) async -> Result<JSON, RPCError> {
        await withCheckedContinuation { continuation in
            let id: String? = state.withLock { state in
                guard !state.isOver, state.waiting.count < Self.maxWaiting else { return nil }
                defer { state.next += 1 }
                let id = "ask-\(state.next)"
                state.waiting[id] = continuation
                return id
            }
            guard let id else {
                return continuation.resume(returning: .failure(.internalError("too many questions wait")))
            }
            outbox.append(Message.question(id: id, method: method, params: params).bytes)
            outbox.flush()
            _ = Timers.shared.set(.now.advanced(bySeconds: Self.patience)) { [weak self] in
                self?.answered(.string(id), .failure(.internalError("\(method) was not answered in time")))
            }
        }
    }

    /// An answer to what was not asked, or is answered already, is none.
    func answered(_ id: JSON, _ answer: Result<JSON, RPCError>) {
        guard let id = id.stringValue else { return }
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: answer)
    }

    /// No answer will come any more.
    func end() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for question in waiting { question.resume(returning: .failure(.internalError("the input has ended"))) }
    }
}
