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
    ///   - input: a descriptor for its stdin, which is closed here in any case; nil for nothing to read.
    ///   - maxOutput: bytes of stdout; the rest is read and dropped.
    ///   - timeLimit: seconds, then it is killed; nil where the caller cancels the task in time.
    /// - Throws: `SystemError` when it cannot be started. A cancelled task kills it.
    public static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input: CInt? = nil,
        maxOutput: Int = 1 << 20,
        timeLimit: Double?,
        limits: ProgramLimits = ProgramLimits()
    ) async throws(SystemError) -> Outcome {
        let running = Running()
        let (program, words) = limits.command(path, arguments)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Outcome, SystemError>, Never>) in
                // The thread that starts it lives as long as it: the death signal is tied to the thread.
                let body: @Sendable () -> Void = {
                    continuation.resume(returning: Result { () throws(SystemError) in
                        try runHere(program, words, environment, input, maxOutput, timeLimit, running)
                    })
                }
                do throws(SystemError) { try Thread.start(body) } catch {
                    if let input { close(input) }
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            running.kill()
        }
        return try result.get()
    }

    private static func runHere(
        _ path: String, _ arguments: [String], _ environment: [String: String], _ input: CInt?, _ maxOutput: Int,
        _ timeLimit: Double?, _ running: Running
    ) throws(SystemError) -> Outcome {
        // The child's ends, which keep the pipes open until they are closed here.
        var theirs = [input].compactMap { $0 }
        defer { for end in theirs { close(end) } }
        let output = try Pipe.make()
        theirs.append(output.write)
        defer { close(output.read) }
        let error = try Pipe.make()
        theirs.append(error.write)
        defer { close(error.read) }
        let pid = try ChildProcess.start(
            path, arguments, environment: environment, input: input, output: output.write, error: error.write,
            ownSession: true
        )
        for end in theirs { close(end) }
        theirs = []
        running.started(pid)
        let deadline = Instant.now.advanced(bySeconds: timeLimit ?? .infinity)
        var said: [UInt8] = []
        var complaint: [UInt8] = []
        var isTimedOut = false
        var open = [output.read, error.read].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
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
