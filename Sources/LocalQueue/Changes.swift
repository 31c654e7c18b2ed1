import Synchronization

/// Wakes those who watch a request, so that nobody has to ask again and again.
final class Changes: Sendable {
    private struct Watchers {
        var nextNumber = 0
        var all: [Int: (job: String, continuation: AsyncStream<Void>.Continuation)] = [:]
    }

    private let watchers = Mutex(Watchers())

    /// An element for each change, the ones that nobody has looked at yet taken together.
    func watch(_ job: String) -> (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = watchers.withLock { watchers in
            watchers.nextNumber += 1
            watchers.all[watchers.nextNumber] = (job, continuation)
            return watchers.nextNumber
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.watchers.withLock { $0.all.removeValue(forKey: number) }
        }
        return (stream, continuation)
    }

    /// A job has a new log line.
    func noteLog(_ job: String) { wake { $0 == job } }

    /// A job has another state, with which the places of all others in the queue change.
    func noteState() { wake { _ in true } }

    private func wake(_ isConcerned: (String) -> Bool) {
        // Not within the lock: an end of a stream takes it, too.
        let concerned = watchers.withLock { $0.all.values.filter { isConcerned($0.job) }.map(\.continuation) }
        for continuation in concerned { continuation.yield() }
    }
}
