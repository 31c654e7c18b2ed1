import Glibc

/// A file descriptor that this value owns and closes.
public struct Descriptor: ~Copyable, Sendable {
    public let raw: CInt

    /// Takes ownership of `raw`.
    public init(owning raw: CInt) { self.raw = raw }

    deinit { Glibc.close(raw) }

    /// Opens `path`, close-on-exec.
    public static func open(_ path: String, _ flags: CInt, mode: mode_t = 0o600) throws(SystemError) -> Descriptor {
        while true {
            let raw = Glibc.open(path, flags | O_CLOEXEC, mode)
            if raw >= 0 { return Descriptor(owning: raw) }
            if errno != EINTR { throw SystemError.last("open", path) }
        }
    }

    /// Reads at most `buffer.count` bytes; 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try Self.read(raw, into: buffer)
    }

    /// Writes every byte, however many calls it takes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try Self.write(raw, bytes)
    }

    /// Data and metadata are on the disk when this returns.
    public func synchronize() throws(SystemError) {
        while fsync(raw) != 0 { if errno != EINTR { throw SystemError.last("fsync") } }
    }

    public static func read(_ raw: CInt, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(raw, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno == EAGAIN {
                // Whoever shares the open file made it non-blocking: nothing has come yet.
                var state = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
                _ = poll(&state, 1, -1)
            } else if errno != EINTR {
                throw SystemError.last("read")
            }
        }
    }

    public static func write(_ raw: CInt, _ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let count = Glibc.write(raw, bytes.baseAddress! + offset, bytes.count - offset)
            if count >= 0 {
                offset += count
            } else if errno == EAGAIN {
                // The other side made its end non-blocking, and with it ours: wait for room.
                var state = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
                _ = poll(&state, 1, -1)
            } else if errno != EINTR {
                throw SystemError.last("write")
            }
        }
    }
}
