import Bridge
import JSONRPC
import Platform

/// A job whose files are still on their way: it is known by a name of ours until the queue has given it one.
final class Departure: Sendable {
    enum End: Sendable {
        case gone(Result<Job, RPCError>)
        case late
        /// The call that waits is to end.
        case ending
    }

    /// In place of a request's id.
    let name = "upload-\(Random.uuid())"
    let endpoint: String
    private let task: Task<Result<Job, RPCError>, Never>
    private let outcome = Monitor<Result<Job, RPCError>?>(nil)

    init(endpoint: String, _ start: @escaping @Sendable () async throws(RPCError) -> Job) {
        self.endpoint = endpoint
        let outcome = outcome
        task = Task.detached {
            let result: Result<Job, RPCError>
            do throws(RPCError) { result = .success(try await start()) } catch { result = .failure(error) }
            outcome.update { $0 = result }
            return result
        }
    }

    /// What came of it; nil while it is on its way.
    var gone: Result<Job, RPCError>? { outcome.withLock { $0 } }

    /// Waits for it, for a call that may not want it any more.
    func end(until deadline: Instant, _ call: Call) async -> End {
        if let gone { return .gone(gone) }
        let first = FirstAnswer<End>()
        let timer = Timers.shared.set(deadline) { first.give(.late) }
        Task.detached { [task] in first.give(.gone(await task.value)) }
        call.whenEnding { first.give(.ending) }
        let end = await first.value
        Timers.shared.cancel(timer)
        return end
    }

    /// Waits for it, however long it takes.
    var result: Result<Job, RPCError> { get async { await task.value } }

    /// Ends the upload. One that is sent all the same is cancelled by `book`.
    func cancel(_ book: JobBook) {
        task.cancel()
        Task.detached { [task] in
            if case .success(let job) = await task.value { book.cancel(job) }
        }
    }
}
