import Glibc

/// A program started by us.
public enum ChildProcess {
    /// How a program ended.
    public enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    /// Starts `path`, found as it is: no shell, no search.
    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - environment: all of it; nothing is inherited.
    ///   - input, output, error: descriptors for stdin (`/dev/null` when nil), stdout and stderr.
    ///   - ownSession: whether it outlives us and our terminal's signals.
    /// - Returns: its process id; `wait` must be called for it.
    public static func start(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input: CInt? = nil,
        output: CInt,
        error: CInt,
        ownSession: Bool
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, error, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that we block or ignore must not stay so in the child.
        var none = sigset_t()
        sigemptyset(&none)
        var pipeOnly = sigset_t()
        sigemptyset(&pipeOnly)
        sigaddset(&pipeOnly, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &pipeOnly)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        if ownSession { flags |= 0x80 } // POSIX_SPAWN_SETSID, which the importer does not see
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argv = CStrings([path] + arguments)
        let envp = CStrings(environment.map { "\($0.key)=\($0.value)" }.sorted())
        var pid = pid_t()
        let code = Pipe.making.withLock { _ in
            posix_spawn(&pid, path, &actions, &attributes, argv.pointers, envp.pointers)
        }
        guard code == 0 else { throw SystemError(code: code, operation: "start", path: path) }
        return pid
    }

    /// Sleeps until the program has ended.
    public static func wait(_ pid: pid_t) -> Exit {
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return .code(-1) } }
        return status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
    }

    /// The path of `name`: beside this program, then in the folders of `PATH`.
    public static func find(_ name: String) -> String? {
        if let program = Files.program {
            let beside = Files.join(Files.parent(of: program), name)
            if Files.isExecutable(beside) { return beside }
        }
        for folder in (Environment.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
            let path = Files.join(String(folder), name)
            if Files.isExecutable(path) { return path }
        }
        return nil
    }

    private final class CStrings {
        let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        private let count: Int

        init(_ strings: [String]) {
            count = strings.count
            pointers = .allocate(capacity: count + 1)
            for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
            pointers[count] = nil
        }

        deinit {
            for index in 0..<count { free(pointers[index]) }
            pointers.deallocate()
        }
    }
}
