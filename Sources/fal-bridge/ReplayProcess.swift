import Glibc
import JSONRPC
import Platform

/// This program as a child, behind real pipes.
final class ReplayProcess: Sendable {
    private struct State {
        var pieces: [WireSplitter.Piece] = []
        var isAtEnd = false
        var exit: ChildProcess.Exit?
    }

    private let pid: pid_t
    private let input: Monitor<CInt?>
    private let state = Monitor(State())

    /// - Parameter environment: all of it.
    init(_ arguments: [String], environment: [String: String]) throws(SystemError) {
        guard let program = Files.program else { throw SystemError(code: ENOENT, operation: "find this program") }
        let requests = try Pipe.make()
        let answers = try Pipe.make()
        input = Monitor(requests.write)
        let started = Result { () throws(SystemError) in
            try ChildProcess.start(
                program, arguments, environment: environment, input: requests.read, output: answers.write,
                error: STDERR_FILENO, ownSession: false
            )
        }
        close(requests.read)
        close(answers.write)
        pid = try started.get()
        let state = state
        try Thread.start {
            var splitter = WireSplitter(maxBytes: .max / 2)
            let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
            defer { chunk.deallocate() }
            while let count = try? Descriptor.read(answers.read, into: chunk), count > 0 {
                let pieces = splitter.append(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
                state.update { $0.pieces += pieces }
            }
            close(answers.read)
            let rest = splitter.finish()
            state.update { state in
                state.pieces += rest
                state.isAtEnd = true
            }
        }
        let pid = pid
        try Thread.start {
            let exit = ChildProcess.wait(pid)
            state.update { $0.exit = exit }
        }
    }

    deinit { closeInput() }

    /// - Returns: whether it still reads.
    func send(_ bytes: [UInt8]) -> Bool {
        guard let descriptor = input.withLock({ $0 }) else { return false }
        return (try? bytes.withUnsafeBytes { try Descriptor.write(descriptor, $0) }) != nil
    }

    func closeInput() {
        input.withLock { input in
            if let descriptor = input { close(descriptor) }
            input = nil
        }
    }

    enum Next {
        case piece(WireSplitter.Piece)
        /// It has said its last.
        case end
        case late
    }

    /// What it says next.
    func next(until deadline: Instant) -> Next {
        state.wait(until: deadline) { state in
            if !state.pieces.isEmpty { return .piece(state.pieces.removeFirst()) }
            return state.isAtEnd ? .end : nil
        } ?? .late
    }

    /// How it ended; nil where it has not by then, and was killed.
    func wait(until deadline: Instant) -> ChildProcess.Exit? {
        if let exit = state.wait(until: deadline, { $0.exit }) { return exit }
        kill(pid, SIGKILL)
        _ = state.wait { $0.exit }
        return nil
    }
}
