import Glibc
import Synchronization

/// A program that is run to its end, under limits, with what it said kept.
public enum Program {
    public struct Outcome: Sendable {
        public let exit: ChildProcess.Exit
        public let output: [UInt8]
        /// The last of what it said on stderr.
        public let error: String
        /// Whether it was killed for taking longer than its limit.
        public let isTimedOut: Bool

        public var isSuccess: Bool { exit == .code(0) }
    }

    /// Bytes of stderr that are kept: the last ones.
    private static let maxError = 16 << 10

    /// Runs a program in a session of its own, so that it can be killed with all that it started.
    ///
    /// - Parameters:
    ///   - maxOutput: bytes of stdout; the rest is read and dropped.
    ///   - timeLimit: seconds, then it is killed.
    ///   - memoryLimit, fileLimit: bytes of address space and of any file that it writes, where the machine has
    ///     `prlimit` to set them with.
    /// - Throws: `SystemError` when it cannot be started. A cancelled task kills it.
    public static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        maxOutput: Int = 1 << 20,
        timeLimit: Double,
        memoryLimit: Int64? = nil,
        fileLimit: Int64? = nil
    ) async throws(SystemError) -> Outcome {
        let running = Running()
        let (program, words) = limited(path, arguments, memoryLimit, fileLimit)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Outcome, SystemError>, Never>) in
                // The thread that starts it lives as long as it: the death signal is tied to the thread.
                let body: @Sendable () -> Void = {
                    continuation.resume(returning: Result { () throws(SystemError) in
                        try runHere(program, words, environment, maxOutput, timeLimit, running)
                    })
                }
                do throws(SystemError) { try Thread.start(body) } catch { continuation.resume(returning: .failure(error)) }
            }
        } onCancel: {
            running.kill()
        }
        return try result.get()
    }

    /// The command under its limits: `prlimit` and `setpriv` are part of util-linux, which every Debian has.
    private static func limited(
        _ path: String, _ arguments: [String], _ memory: Int64?, _ file: Int64?
    ) -> (String, [String]) {
        var words = [path] + arguments
        if let setpriv = ChildProcess.find("setpriv") { words = [setpriv, "--pdeathsig", "KILL", "--"] + words }
        if memory != nil || file != nil, let prlimit = ChildProcess.find("prlimit") {
            words = [prlimit] + (memory.map { ["--as=\($0)"] } ?? []) + (file.map { ["--fsize=\($0)"] } ?? []) + ["--"] + words
        }
        return (words[0], Array(words.dropFirst()))
    }

    private static func runHere(
        _ path: String, _ arguments: [String], _ environment: [String: String], _ maxOutput: Int, _ timeLimit: Double,
        _ running: Running
    ) throws(SystemError) -> Outcome {
        let output = try Pipe.make()
        defer { close(output.read) }
        let error: (read: CInt, write: CInt)
        do { error = try Pipe.make() } catch {
            close(output.write)
            throw error
        }
        defer { close(error.read) }
        let pid: pid_t
        do {
            defer {
                close(output.write)
                close(error.write)
            }
            pid = try ChildProcess.start(
                path, arguments, environment: environment, output: output.write, error: error.write, ownSession: true
            )
        }
        running.started(pid)
        let deadline = Instant.now.advanced(bySeconds: timeLimit)
        var said: [UInt8] = []
        var complaint: [UInt8] = []
        var isTimedOut = false
        var open = [pollfd(fd: output.read, events: Int16(POLLIN), revents: 0), pollfd(fd: error.read, events: Int16(POLLIN), revents: 0)]
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while open.contains(where: { $0.fd >= 0 }) {
            let left = deadline.seconds(since: .now)
            if left <= 0, !isTimedOut {
                isTimedOut = true
                running.kill()
            }
            guard poll(&open, 2, CInt(max(1, min(left, 60) * 1000))) > 0 else { continue }
            for index in 0..<2 where open[index].fd >= 0 && open[index].revents != 0 {
                let count = Glibc.read(open[index].fd, &chunk, chunk.count)
                if count > 0 {
                    if index == 0 {
                        said += chunk[..<min(count, max(0, maxOutput - said.count))]
                    } else {
                        complaint = Array((complaint + chunk[..<count]).suffix(maxError))
                    }
                } else if count == 0 || errno != EINTR {
                    open[index].fd = -1
                }
            }
        }
        let exit = running.wait(pid)
        return Outcome(
            exit: exit, output: said, error: String(decoding: complaint, as: UTF8.self), isTimedOut: isTimedOut
        )
    }

    /// The process while it lives; once it is waited for, its number may be another's.
    private final class Running: Sendable {
        private let state = Mutex<(pid: pid_t?, isKilled: Bool)>((nil, false))

        func started(_ pid: pid_t) {
            state.withLock { state in
                state.pid = pid
                if state.isKilled { Glibc.kill(-pid, SIGKILL) }
            }
        }

        func kill() {
            state.withLock { state in
                state.isKilled = true
                if let pid = state.pid { Glibc.kill(-pid, SIGKILL) }
            }
        }

        func wait(_ pid: pid_t) -> ChildProcess.Exit {
            // Both pipes are closed, so this is short; WNOWAIT first, so that the number stays taken until the lock.
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            return state.withLock { state in
                state.pid = nil
                return ChildProcess.wait(pid)
            }
        }
    }
}
