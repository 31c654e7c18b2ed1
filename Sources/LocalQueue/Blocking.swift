import Platform

/// Work that waits long for the disk: on threads of its own, so that the cooperative ones stay free for requests.
public enum Blocking {
    /// Threads at once.
    private static let threads = Turnstile(limit: 4)

    /// Runs `body` on a thread of its own when there is one free.
    public static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.pass {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Value, any Error>) in
                do throws(SystemError) {
                    try Thread.start { done.resume(with: Result { try body() }) }
                } catch { done.resume(throwing: error) }
            }
        }
    }
}
