import Glibc

/// The stack, for code whose depth others decide.
public enum Stack {
    /// Bytes that such code may take, wherever it begins: three quarters of what a thread has. glibc gives a thread as much as
    /// the limit on the main thread's stack, and 2 MiB where that has none.
    public static let share: UInt = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < 1 << 30 else {
            return 3 << 19
        }
        return UInt(limit.rlim_cur / 4 * 3)
    }()

    /// About where the stack stands now; it grows downwards.
    public static var position: UInt {
        var mark: UInt8 = 0
        return withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
    }
}
