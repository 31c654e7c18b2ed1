import FalClient
import FalProtocol
import Glibc
import Platform
import Synchronization

/// Starts `fal-local` when it is needed and nobody listens.
public struct LocalServer: Sendable {
    let stateFolder: String
    /// Of further models, for one that is started here.
    let schemaFolders: [String]

    public init(stateFolder: String, schemaFolders: [String] = []) {
        self.stateFolder = stateFolder
        self.schemaFolders = schemaFolders
    }

    /// The program: the one that the environment names, or beside this one, or on `PATH`.
    public static var program: String? { Environment.get("FAL_LOCAL_BIN") ?? ChildProcess.find("fal-local") }

    /// Whether somebody listens.
    public var isServed: Bool { connects() }

    public var socket: String { Files.join(stateFolder, "fal-local.sock") }
    private var log: String { Files.join(stateFolder, "fal-local.log") }

    /// Seconds until it must listen, and bytes of its log before it is begun anew.
    private static let startLimit = 20.0
    private static let maxLogBytes: Int64 = 1 << 20

    var backend: Backend {
        Backend.local(socket: socket) { () throws(Backend.StartFailure) in try await start() }
    }

    private typealias Started = Result<Void, Backend.StartFailure>

    /// Starts that are under way in this process, by their socket: calls at once need one server.
    private static let starting = Mutex<[String: Task<Started, Never>]>([:])

    /// Returns when somebody listens at the socket: the server started here, or another that was quicker.
    public func start() async throws(Backend.StartFailure) {
        let socket = socket
        let task = Self.starting.withLock { starting in
            if let task = starting[socket] { return task }
            let task = Task.detached {
                let result = await started()
                _ = Self.starting.withLock { $0.removeValue(forKey: socket) }
                return result
            }
            starting[socket] = task
            return task
        }
        try await task.value.get()
    }

    private func started() async -> Started {
        await withCheckedContinuation { continuation in
            // It waits in the kernel, which a thread of the cooperative pool must not do.
            let body: @Sendable () -> Void = {
                do throws(Backend.StartFailure) {
                    try startAndWait()
                    continuation.resume(returning: Started.success(()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            do throws(SystemError) { try Thread.start(body) } catch {
                continuation.resume(returning: .failure(.init(message: error.description)))
            }
        }
    }

    private func startAndWait() throws(Backend.StartFailure) {
        if connects() { return }
        guard let program = Self.program else {
            throw .init(message: "fal-local is not installed: it belongs beside fal-bridge or on PATH")
        }
        let watch: FolderWatch
        let pid: pid_t
        do {
            try Files.makeDirectory(stateFolder)
            watch = try FolderWatch(stateFolder)
            let isLarge = (try? Files.status(log)).map { $0.size > Self.maxLogBytes } ?? false
            let output = try Descriptor.open(log, O_WRONLY | O_CREAT | (isLarge ? O_TRUNC : O_APPEND))
            var environment = Environment.all
            // fal's key is no business of a server that makes videos here.
            for name in environment.keys where name.hasPrefix("FAL_KEY") { environment[name] = nil }
            // Among ours already.
            environment["FAL_BRIDGE_SCHEMAS"] = nil
            let flags = ["--state-dir", stateFolder] + schemaFolders.flatMap { ["--schemas", $0] }
            pid = try ChildProcess.start(
                program, flags, environment: environment, output: output.raw, error: output.raw, ownSession: true
            )
        } catch {
            throw .init(message: "fal-local cannot be started: \(error)")
        }
        let ended = Monitor<ChildProcess.Exit?>(nil)
        do {
            try Thread.start {
                let exit = ChildProcess.wait(pid)
                ended.update { $0 = exit }
            }
        } catch {
            throw .init(message: error.description)
        }
        let deadline = Instant.now.advanced(bySeconds: Self.startLimit)
        while !connects() {
            // One that ends well has found another that serves, or is about to.
            if let exit = ended.withLock({ $0 }), exit != .code(0) {
                throw .init(message: "fal-local ended at once: \(lastLogLine)")
            }
            guard Instant.now < deadline else {
                throw .init(message: "fal-local did not listen within \(Int(Self.startLimit)) s: \(lastLogLine)")
            }
            watch.wait(milliseconds: 200)
        }
    }

    private var lastLogLine: String {
        guard let bytes = try? Files.read(log, limit: 2 << 20) else { return "see \(log)" }
        let lines = String(decoding: bytes.suffix(4_096), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map(String.init) ?? "see \(log)"
    }

    private func connects() -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return UnixSocket.connect(descriptor, to: socket)
    }
}

/// Wakes when something is made in a folder.
private final class FolderWatch {
    private let descriptor: Descriptor

    init(_ folder: String) throws(SystemError) {
        let raw = inotify_init1(CInt(IN_CLOEXEC))
        guard raw >= 0 else { throw SystemError.last("watch", folder) }
        descriptor = Descriptor(owning: raw)
        guard inotify_add_watch(raw, folder, UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)) >= 0 else {
            throw SystemError.last("watch", folder)
        }
    }

    /// Returns when something came, or after a while: a socket is made before it is listened at.
    func wait(milliseconds: CInt) {
        var state = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, milliseconds) > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { _ = try? descriptor.read(into: $0) }
        usleep(2_000)
    }
}
