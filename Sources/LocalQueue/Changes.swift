import Synchronization

/// Wakes those who watch a request, so that nobody has to ask again and again.
final class Changes: Sendable {
    /// One who watches a job.
    final class Watch: Sendable {
        let job: String
        /// An element for each change, the ones that nobody has looked at yet taken together.
        let stream: AsyncStream<Void>
        fileprivate let continuation: AsyncStream<Void>.Continuation
        /// Whether its place in the queue may change with the state of any other job.
        let isQueued = Atomic(true)

        fileprivate init(_ job: String) {
            self.job = job
            (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        }

        func wake() { continuation.yield() }
        func end() { continuation.finish() }
    }

    private let watches = Mutex<(nextNumber: Int, all: [Int: Watch])>((0, [:]))

    func watch(_ job: String) -> Watch {
        let watch = Watch(job)
        let number = watches.withLock { watches in
            watches.nextNumber += 1
            watches.all[watches.nextNumber] = watch
            return watches.nextNumber
        }
        watch.continuation.onTermination = { [weak self] _ in
            _ = self?.watches.withLock { $0.all.removeValue(forKey: number) }
        }
        return watch
    }

    /// A job has a new log line, or another place in the queue.
    func note(_ job: String) { wake { $0.job == job } }

    /// A job has another state, with which the places of those in the queue change.
    func noteState(_ job: String) { wake { $0.job == job || $0.isQueued.load(ordering: .relaxed) } }

    private func wake(_ isConcerned: (Watch) -> Bool) {
        // Not within the lock: an end of a stream takes it, too.
        let concerned = watches.withLock { $0.all.values.filter(isConcerned) }
        for watch in concerned { watch.wake() }
    }
}
