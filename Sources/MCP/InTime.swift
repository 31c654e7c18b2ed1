import Bridge
import JSONRPC
import Platform

/// Waits for something that has to be answered by a deadline.
/// - Parameter goesOn: whether it is brought to its end where it takes longer; otherwise it is cancelled.
/// - Throws: what `body` does; `unavailable` where it takes longer.
func inTime<Value: Sendable>(
    _ deadline: Instant, goesOn: Bool = false, _ body: @escaping @Sendable () async throws(RPCError) -> Value
) async throws(RPCError) -> Value {
    let first = FirstAnswer<Result<Value, RPCError>?>()
    let task = Task.detached {
        do throws(RPCError) { first.give(.success(try await body())) } catch { first.give(.failure(error)) }
    }
    let timer = Timers.shared.set(deadline) { first.give(nil) }
    let outcome = await withTaskCancellationHandler { await first.value } onCancel: { if !goesOn { task.cancel() } }
    Timers.shared.cancel(timer)
    if let outcome { return try outcome.get() }
    if !goesOn { task.cancel() }
    let words = goesOn ? "the queue has not answered yet; it is asked on" : "the queue has not answered yet"
    throw RPCError(code: 1503, kind: "unavailable", message: words, retryable: true)
}
