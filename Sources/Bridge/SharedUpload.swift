import FalClient
import FalProtocol
import Journal
import Synchronization

/// One upload that any number of calls wait for. It is cancelled when the last of them has gone.
final class SharedUpload: Sendable {
    typealias Outcome = Result<FileValue, FalError>
    typealias Progress = @Sendable (Int64) -> Void

    private struct Waiter {
        let continuation: CheckedContinuation<Outcome?, Never>
        let onProgress: Progress?
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var next: UInt64 = 0
        var outcome: Outcome?
        var task: Task<Void, Never>?
        var isAbandoned = false
    }

    let key: UploadKey
    /// The file and its version; nil for bytes that came in a message.
    let identity: String?
    /// Taken while the bytes are sent.
    let digest: Task<String?, Never>
    private let state = Mutex(State())

    init(_ key: UploadKey, identity: String?, digest: Task<String?, Never>) {
        self.key = key
        self.identity = identity
        self.digest = digest
    }

    /// Nobody waits any more, so it is no good to come now.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func start(_ body: @escaping @Sendable (_ onProgress: @escaping Progress) async -> Outcome) {
        let task = Task {
            let outcome = await body { bytes in
                for waiter in self.state.withLock({ Array($0.waiters.values) }) { waiter.onProgress?(bytes) }
            }
            let waiters = self.state.withLock { state in
                state.outcome = outcome
                defer { state.waiters = [:] }
                return state.waiters.values.map(\.continuation)
            }
            for waiter in waiters { waiter.resume(returning: outcome) }
        }
        let isTooLate = state.withLock { state in
            state.task = task
            return state.isAbandoned
        }
        if isTooLate { task.cancel() }
    }

    /// - Returns: nil when the waiting task was cancelled, or the upload was abandoned before it came.
    func wait(onProgress: Progress?) async -> Outcome? {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Outcome?? = state.withLock { state in
                    // That it was cut off says nothing to whoever comes now.
                    if case .failure? = state.outcome, state.isAbandoned { return .some(nil) }
                    if let outcome = state.outcome { return .some(outcome) }
                    if state.isAbandoned { return .some(nil) }
                    state.waiters[number] = Waiter(continuation: continuation, onProgress: onProgress)
                    return nil
                }
                if let early { continuation.resume(returning: early) }
                // Had the task been cancelled before, the handler below came too early to find anything.
                else if Task.isCancelled { leave(number) }
            }
        } onCancel: {
            leave(number)
        }
    }

    private func leave(_ number: UInt64) {
        let (waiter, task) = state.withLock { state -> (Waiter?, Task<Void, Never>?) in
            guard let waiter = state.waiters.removeValue(forKey: number) else { return (nil, nil) }
            guard state.waiters.isEmpty else { return (waiter, nil) }
            state.isAbandoned = true
            return (waiter, state.task)
        }
        guard let waiter else { return }
        if isAbandoned { digest.cancel() }
        task?.cancel()
        waiter.continuation.resume(returning: nil)
    }
}
