import Bridge
import JSON
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

    private struct State: Sendable {
        var outcome: Result<Job, RPCError>?
        var isCancelled = false
        /// Of the files that were heard of, by their names, whether all of it is there.
        var uploads: [String: Bool] = [:]
    }

    /// In place of a request's id.
    let name = "upload-\(Random.uuid())"
    let endpoint: String
    private let task: Task<Result<Job, RPCError>, Never>
    private let state: Monitor<State>

    /// - Parameters:
    ///   - hear: hears how its uploads go.
    ///   - start: sends it; tells of its uploads.
    init(
        endpoint: String, hear: @escaping @Sendable (String, JSON) -> Void,
        _ start: @escaping @Sendable (@escaping @Sendable (String, JSON) -> Void) async throws(RPCError) -> Job
    ) {
        self.endpoint = endpoint
        let state = Monitor(State())
        self.state = state
        task = Task.detached {
            let result: Result<Job, RPCError>
            do throws(RPCError) {
                result = .success(try await start { method, params in
                    if method == "upload/progress", let name = params["file_name"]?.stringValue {
                        let isWhole = params["bytes"] == params["total"]
                        state.withLock { $0.uploads[name] = isWhole }
                    }
                    hear(method, params)
                })
            } catch {
                result = .failure(error.kind == "cancelled" ? Self.neverSent : error)
            }
            state.withLock { $0.outcome = result }
            return result
        }
    }

    /// Whether a text has the form of our names.
    static func isName(_ text: String) -> Bool { text.hasPrefix("upload-") }

    /// What came of it; nil while it is on its way.
    var gone: Result<Job, RPCError>? { state.withLock { $0.outcome } }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Whether it is known that it is not being sent yet.
    var isUploading: Bool { state.withLock { $0.uploads.values.contains(false) } }

    private static let neverSent = RPCError.cancelled("the job was cancelled before it was sent")

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
        let isFirst = state.withLock { state in
            defer { state.isCancelled = true }
            return !state.isCancelled
        }
        guard isFirst else { return }
        task.cancel()
        book.beginErrand()
        Task.detached { [task] in
            defer { book.endErrand() }
            if case .success(let job) = await task.value { book.cancel(job) }
        }
    }
}
