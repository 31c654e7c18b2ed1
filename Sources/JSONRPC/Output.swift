import Glibc
import Platform

/// The descriptor that answers go out on, written to without ever waiting in the middle of other work.
///
/// O_NONBLOCK cannot be set on it: that flag belongs to the open file, which the parent shares. So a pipe is
/// opened a second time, a socket is told per call, and of anything else the kernel is asked first and given
/// no more than a pipe takes at once.
final class Output: Sendable {
    enum Written {
        case bytes(Int)
        case wouldBlock
        /// Nobody reads any more, or the descriptor is broken.
        case failed(SystemError)
    }

    private enum Kind: Sendable {
        case nonBlocking
        case socket
        case file
        case other
    }

    private static let sendFlags = CInt(truncatingIfNeeded: Int(MSG_DONTWAIT) | Int(MSG_NOSIGNAL))

    private let descriptor: CInt
    private let kind: Kind

    init(_ descriptor: CInt) {
        var info = stat()
        let format = fstat(descriptor, &info) == 0 ? info.st_mode & S_IFMT : 0
        switch format {
        case S_IFSOCK: (self.descriptor, kind) = (descriptor, .socket)
        case S_IFREG: (self.descriptor, kind) = (descriptor, .file)
        case S_IFIFO:
            let again = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            (self.descriptor, kind) = again >= 0 ? (again, .nonBlocking) : (descriptor, .other)
        default: (self.descriptor, kind) = (descriptor, .other)
        }
    }

    /// Writes what can be written now.
    func write(_ bytes: UnsafeRawBufferPointer) -> Written {
        while true {
            let count: Int
            switch kind {
            case .nonBlocking, .file: count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            case .socket: count = send(descriptor, bytes.baseAddress, bytes.count, Self.sendFlags)
            case .other:
                guard waitUntilWritable(milliseconds: 0) else { return .wouldBlock }
                count = Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Int(PIPE_BUF)))
            }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .failed(SystemError.last("write"))
        }
    }

    /// Waits for room; -1 milliseconds means for as long as it takes.
    @discardableResult
    func waitUntilWritable(milliseconds: CInt) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, milliseconds) > 0
    }
}
