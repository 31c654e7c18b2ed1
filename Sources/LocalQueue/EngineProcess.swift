import Glibc
import JSON
import Platform
import Synchronization

/// One engine that runs: a program that speaks JSON-RPC, one object a line, on its stdin and stdout.
///
/// Three threads serve it: one writes to it, one reads its answers, one keeps the last of what it says on stderr.
final class EngineProcess: Sendable {
    enum Failed: Error, Sendable {
        /// It ended, for the reason given.
        case died(String)
        /// It answered with an error.
        case refused(code: Int64, message: String, data: JSON)
        case cancelled
    }

    typealias Listener = @Sendable (_ method: String, _ params: JSON) -> Void

    private struct State {
        var nextID: Int64 = 1
        var waiting: [Int64: CheckedContinuation<Result<JSON, Failed>, Never>] = [:]
        var listener: Listener?
        var complaint: [UInt8] = []
        var isDead = false
        /// Why we killed it, if we did.
        var killReason: String?
        var lastSign = Instant.now
    }

    let name: String
    private let limits: Limits
    private let pid: pid_t
    private let input: Descriptor
    private let state = Mutex(State())
    /// Lines on their way to it, one after the other: it may be slow to read them.
    private let outgoing = Monitor<(lines: [[UInt8]], isOver: Bool)>(([], false))

    /// Lines that wait to be written; whoever lets more pile up has stopped to listen.
    private static let maxOutgoing = 64
    /// Bytes of one line, and of stderr that are kept.
    private static let maxLine = 1 << 20
    private static let maxComplaint = 64 << 10
    /// What of our own environment it gets.
    private static let allowed = [
        "PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS", "HF_HOME", "VIRTUAL_ENV", "CUDA_VISIBLE_DEVICES",
        "LD_LIBRARY_PATH",
    ]

    /// Starts the program at `path`. It ends when its stdin does, and where there is a `setpriv`, with us in any case.
    init(name: String, path: String, limits: Limits) throws(SystemError) {
        self.name = name
        self.limits = limits
        let pipes = try Pipes()
        var environment: [String: String] = ["HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"]
        for name in Self.allowed { environment[name] = Environment.get(name) }
        for (name, value) in Environment.all where name.hasPrefix("XDG_") || name.hasPrefix("FAL_ENGINE_") {
            environment[name] = value
        }
        let (program, arguments) = ProgramLimits(memory: limits.engineMemory, file: limits.engineFile).command(path, [])
        let began = Monitor<(result: Result<pid_t, SystemError>?, process: EngineProcess?)>((nil, nil))
        let fixed = environment
        // The thread that starts it is the one that reads its answers: the death signal is tied to the thread.
        try Thread.start {
            let result = Result { () throws(SystemError) in
                try ChildProcess.start(
                    program, arguments, environment: fixed, input: pipes.input.read, output: pipes.output.write,
                    error: pipes.complaints.write, ownSession: true
                )
            }
            pipes.closeChildEnds()
            began.update { $0.result = result }
            guard case .success = result else { return pipes.closeOurEnds() }
            let process = began.wait { $0.process }
            began.update { $0.process = nil }
            process?.readAnswers(pipes.output.read)
        }
        pid = try (began.wait { $0.result } ?? .failure(SystemError(code: ESRCH, operation: "start", path: path))).get()
        input = Descriptor(owning: pipes.input.write)
        began.update { $0.process = self }
        try Thread.start { [self] in readComplaints(pipes.complaints.read) }
        do { try Thread.start { [self] in writeLines() } } catch {
            kill("it did not start")
            throw error
        }
    }

    private struct Pipes: Sendable {
        let input: (read: CInt, write: CInt)
        let output: (read: CInt, write: CInt)
        let complaints: (read: CInt, write: CInt)

        init() throws(SystemError) {
            input = try Pipe.make()
            do { output = try Pipe.make() } catch {
                for end in [input.read, input.write] { close(end) }
                throw error
            }
            do { complaints = try Pipe.make() } catch {
                for end in [input.read, input.write, output.read, output.write] { close(end) }
                throw error
            }
        }

        func closeChildEnds() { for end in [input.read, output.write, complaints.write] { close(end) } }
        func closeOurEnds() { for end in [input.write, output.read, complaints.read] { close(end) } }
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    /// Seconds since it last said anything, or was last asked.
    var silence: Double { Instant.now.seconds(since: state.withLock { $0.lastSign }) }

    /// What is called for its notifications, on the reading thread.
    func listen(_ listener: Listener?) { state.withLock { $0.listener = listener } }

    /// Makes a call and waits for its answer.
    func call(_ method: String, _ params: JSON) async throws(Failed) -> JSON {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<JSON, Failed>, Never>) in
            let id: Int64? = state.withLock { state in
                guard !state.isDead else { return nil }
                state.nextID += 1
                state.waiting[state.nextID] = continuation
                state.lastSign = .now
                return state.nextID
            }
            guard let id else { return continuation.resume(returning: .failure(.died("it is not running"))) }
            send(["jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": params])
        }
        return try result.get()
    }

    func notify(_ method: String, _ params: JSON) {
        send(["jsonrpc": "2.0", "method": .string(method), "params": params])
    }

    /// Does not wait; if the engine reads nothing, it is killed for its silence.
    private func send(_ message: JSON) {
        let line = message.bytes + [UInt8(ascii: "\n")]
        let isTaken = outgoing.update { state in
            guard state.lines.count < Self.maxOutgoing else { return false }
            state.lines.append(line)
            return true
        }
        if !isTaken { kill("it does not read what it is told") }
    }

    /// Ends it and all that it started, at once.
    func kill(_ reason: String) {
        state.withLock { state in
            if state.killReason == nil { state.killReason = reason }
            if !state.isDead { Glibc.kill(-pid, SIGKILL) }
        }
    }

    /// Asks it to end.
    func terminate(_ reason: String) {
        state.withLock { state in
            if state.killReason == nil { state.killReason = reason }
            if !state.isDead { Glibc.kill(-pid, SIGTERM) }
        }
    }

    // MARK: The threads

    private func writeLines() {
        while true {
            let line = outgoing.wait { state -> [UInt8]? in
                state.isOver ? [] : state.lines.isEmpty ? nil : state.lines.removeFirst()
            }
            guard let line, !line.isEmpty else { return }
            line.withUnsafeBytes { try? input.write($0) }
        }
    }

    private func readAnswers(_ descriptor: CInt) {
        defer { close(descriptor) }
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            pending += chunk[..<count]
            var rest = pending[...]
            while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                take(Array(rest[..<newline]))
                rest = rest[(newline + 1)...]
            }
            pending = Array(rest)
            if pending.count > Self.maxLine {
                kill("it wrote a line of more than \(Self.maxLine) bytes")
                break
            }
        }
        end()
    }

    private func take(_ line: [UInt8]) {
        guard let message = try? JSON.parse(line) else {
            return Log.warning("engine \(name) wrote a line that is not JSON")
        }
        if let method = message["method"]?.stringValue {
            let listener = state.withLock { state in
                state.lastSign = .now
                return state.listener
            }
            listener?(method, message["params"] ?? [:])
            return
        }
        let answer: Result<JSON, Failed>
        if let error = message["error"] {
            let code = error["code"]?.intValue ?? -32603
            answer = .failure(code == -32800 ? .cancelled : .refused(
                code: code, message: error["message"]?.stringValue ?? "no reason given", data: error["data"] ?? [:]
            ))
            // It could not make out what it was asked: nobody will get another answer.
            if message["id"]?.isNull == true {
                let waiting = state.withLock { state in
                    defer { state.waiting = [:] }
                    return state.waiting
                }
                for call in waiting.values { call.resume(returning: answer) }
                return
            }
        } else {
            answer = .success(message["result"] ?? .null)
        }
        guard let id = message["id"]?.intValue else { return }
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: answer)
    }

    private func readComplaints(_ descriptor: CInt) {
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            let piece = chunk[..<count]
            state.withLock { $0.complaint = Array(($0.complaint + piece).suffix(Self.maxComplaint)) }
        }
    }

    /// Its stdout is closed: whatever it still does, it is of no use any more.
    private func end() {
        Glibc.kill(-pid, SIGKILL)
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        let (waiting, reason) = state.withLock { state in
            state.isDead = true
            let exit = ChildProcess.wait(pid)
            let last = String(decoding: state.complaint, as: UTF8.self).split(whereSeparator: \.isNewline).last
            let end = switch exit {
            case .code(let code): "it ended with code \(code)"
            case .signal(SIGXFSZ): "it wrote a file of more than \(limits.engineFile) bytes"
            case .signal(let signal): "it was ended by signal \(signal)"
            }
            let reason = (state.killReason ?? end) + (last.map { ": \($0)" } ?? "")
            defer { state.waiting = [:] }
            return (state.waiting, reason)
        }
        outgoing.update { $0.isOver = true }
        for continuation in waiting.values { continuation.resume(returning: .failure(.died(reason))) }
    }
}
