import FalClient
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// What became of a request that nobody waits for any more.
enum Fate: Sendable {
    /// The queue took the cancel.
    case cancelled
    /// It was done already: its result is there.
    case completed
    /// It was left alone, as asked.
    case detached
    /// The queue refused the cancel, or has not answered it yet.
    case unknown(String)

    /// The answer of the call; nil where there is a result to give.
    func error(isTimeout: Bool) -> RPCError? {
        let (outcome, fate): (String, String)
        switch self {
        case .completed: return nil
        case .cancelled: (outcome, fate) = (CancelOutcome.requested.rawValue, "is cancelled")
        case .detached: (outcome, fate) = ("DETACHED", "goes on")
        case .unknown(let reason): (outcome, fate) = ("UNKNOWN", "may go on: \(reason)")
        }
        let data: JSONObject = ["outcome": .string(outcome)]
        guard isTimeout else { return .cancelled("the wait was cancelled; the request \(fate)", data: data) }
        return RPCError(
            code: 1408, kind: "timeout", message: "the request was not done in time; it \(fate)", data: data
        )
    }
}

extension Bridge {
    /// Cancels at the queue, whether or not the call's own task is cancelled.
    /// - Parameter patience: seconds that the queue's answer is waited for; the cancel itself goes on after them.
    func cancelled(
        _ request: QueuedRequest, patience: Double
    ) async -> Fate {
        let client = request.client
        let first = FirstAnswer<Fate>()
        Task.detached {
            do throws(FalError) {
                let outcome = try await client.cancel(request.endpoint, request.id)
                await self.learned(request, outcome)
                first.give(outcome == .requested ? .cancelled : .completed)
            } catch {
                let failure = RPCError(error, endpoint: nil, masking: client.backend.credentials)
                first.give(.unknown("the queue did not take the cancel: \(failure.message)"))
            }
        }
        let alarm = Task.detached {
            try await Task.sleep(for: .seconds(patience))
            first.give(.unknown("the queue has not answered the cancel within \(Int(patience)) s"))
        }
        defer { alarm.cancel() }
        return await first.value
    }

    /// Writes down what the queue said to a cancel.
    func learned(_ request: QueuedRequest, _ outcome: CancelOutcome) async {
        await Self.note { () async throws(JournalError) in
            switch outcome {
            case .requested: try await journal.cancelling(request.id)
            case .alreadyCompleted: try await journal.learned(request.id, status: QueueState.completed.rawValue)
            }
        }
    }
}
