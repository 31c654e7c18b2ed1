/// Runs `body` in a task of its own, which is cancelled with the caller's, or at the deadline.
///
/// A task keeps the memory that its deepest call needed for as long as it lives. One that sleeps for most of its life
/// does its deep calls apart, so that a thousand of them stay small.
public func apart<Value: Sendable>(
    until deadline: Instant? = nil, _ body: @escaping @Sendable () async -> Value
) async -> Value {
    let task = Task { await body() }
    let alarm = deadline.map { deadline in
        Task {
            try await sleep(seconds: deadline.seconds(since: .now))
            task.cancel()
        }
    }
    defer { alarm?.cancel() }
    return await withTaskCancellationHandler { await task.value } onCancel: { task.cancel() }
}
