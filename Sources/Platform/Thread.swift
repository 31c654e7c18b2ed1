import Glibc

/// A POSIX thread: for what blocks in the kernel, which the cooperative pool must not do.
public enum Thread {
    /// Starts `body` on a thread of its own, detached; signals go to the main thread only.
    /// - Throws: `SystemError` when the machine has no thread left.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let context = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        let code = pthread_create(&thread, &attributes, { pointer in
            let start = Unmanaged<Start>.fromOpaque(pointer!).takeRetainedValue()
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            start.body()
            return nil
        }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw SystemError(code: code, operation: "start a thread")
        }
    }

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// Runs `body` on a thread of its own, for what waits in the kernel for long: the sync of a large file, say. Where the
/// machine has no thread left, on the caller's.
public func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        do throws(SystemError) {
            try Thread.start { continuation.resume(returning: body()) }
        } catch {
            continuation.resume(returning: body())
        }
    }
}
