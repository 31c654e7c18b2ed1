import Glibc
import Synchronization

/// The two ends of a pipe, both close-on-exec.
public enum Pipe {
    /// Held while a pipe is made, and while a program starts: one that starts between the two calls of `make` would
    /// inherit the ends, and whoever reads would wait for the end of that program as well.
    static let making = Mutex(())

    public static func make() throws(SystemError) -> (read: CInt, write: CInt) {
        try making.withLock { _ throws(SystemError) in
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { throw SystemError.last("pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
    }
}
