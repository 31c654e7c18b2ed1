import Glibc
import Platform

/// A folder for what is tried out, with all in it gone at the end; a `fal-local` that was started in it ends, too.
final class ScratchFolder: Sendable {
    let path: String

    init() throws(SystemError) {
        // A socket's path has 107 bytes at most, and folders for temporary files have long names on some machines.
        let parent = Environment.get("TMPDIR").flatMap { $0.utf8.count < 60 ? $0 : nil } ?? "/tmp"
        var name = Array(Files.join(parent, "fal-bridge-XXXXXX").utf8CString)
        guard mkdtemp(&name) != nil else { throw SystemError.last("mkdtemp", parent) }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        endServer()
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        // A link is removed and not followed: only what cannot be unlinked is a folder.
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in (try? Files.list(path)) ?? [] { remove(Files.join(path, name)) }
        Files.removeDirectory(path)
    }

    /// The process that listens at the folder's socket is asked to end: it runs on for a while by its nature.
    private func endServer() {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard UnixSocket.connect(descriptor, to: Files.join(path, "fal-local.sock")) else { return }
        // struct ucred: pid, uid, gid.
        var peer: (pid: pid_t, uid: uid_t, gid: gid_t) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: peer))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0, peer.pid > 1 else { return }
        kill(peer.pid, SIGTERM)
    }
}
