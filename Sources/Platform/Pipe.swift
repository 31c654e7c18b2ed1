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

    /// An end to read `bytes` from, and then the end of the stream. They must be few enough for a pipe to hold: 64 KiB.
    public static func holding(_ bytes: [UInt8]) throws(SystemError) -> CInt {
        let ends = try make()
        defer { close(ends.write) }
        _ = fcntl(ends.write, F_SETFL, O_NONBLOCK)
        let count = bytes.withUnsafeBytes { write(ends.write, $0.baseAddress, $0.count) }
        guard count == bytes.count else {
            close(ends.read)
            throw SystemError(code: ENOSPC, operation: "fill a pipe")
        }
        return ends.read
    }
}
