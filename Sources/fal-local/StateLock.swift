import Glibc
import Platform

/// The right to serve a state folder: one process has it at a time, and loses it only by its end.
final class StateLock: Sendable {
    private let file: Descriptor

    /// Seconds that one who neither serves nor ends is waited for.
    private static let patience = 10.0

    /// - Parameter socket: where the one that has the lock serves, or is about to.
    /// - Returns: nil when another serves. One that is just leaving is waited for: who started us wants a server.
    init?(folder: String, socket: String) throws(SystemError) {
        file = try Descriptor.open(Files.join(folder, "fal-local.lock"), O_RDWR | O_CREAT)
        var changes: Changes?
        let deadline = Instant.now.advanced(bySeconds: Self.patience)
        while flock(file.raw, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError.last("lock", folder) }
            if Self.isServed(socket) || Instant.now >= deadline { return nil }
            // Looked at once more after the watch has begun, as the change may have come just before.
            if let changes { changes.wait() } else { changes = try Changes(folder) }
        }
    }

    /// Keeps the lock held until here.
    func release() { flock(file.raw, LOCK_UN) }

    private static func isServed(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Wakes when the socket is made, or when the one with the lock closes its file, as its end does.
    private final class Changes {
        private let descriptor: Descriptor

        init(_ folder: String) throws(SystemError) {
            descriptor = Descriptor(owning: inotify_init1(CInt(IN_CLOEXEC)))
            guard inotify_add_watch(descriptor.raw, folder, UInt32(IN_CREATE) | UInt32(IN_CLOSE_WRITE)) >= 0 else {
                throw SystemError.last("watch", folder)
            }
        }

        /// Returns at a change, or after a while: a socket is made a moment before it is listened at.
        func wait() {
            var state = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 100) > 0 else { return }
            withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { _ = try? descriptor.read(into: $0) }
        }
    }
}
