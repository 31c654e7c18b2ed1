import Bridge
import Glibc
import JSON
import JSONRPC
import Platform

/// A server of the bridge's in this process, and the other ends of its pipes.
final class PipeClient: Sendable {
    private let toServer: Descriptor
    private let fromServer: CInt
    private let pending = Monitor<[UInt8]>([])

    init(_ bridge: Bridge) throws {
        let requests = try Pipe.make()
        let answers = try Pipe.make()
        toServer = Descriptor(owning: requests.write)
        fromServer = answers.read
        var dialect = Dialect.plain
        dialect.framing = .lines
        let server = Server(dialect, methods: bridge.methods, output: answers.write)
        try Thread.start {
            _ = try? server.run(input: requests.read)
            close(answers.write)
        }
    }

    func send(_ message: JSON) {
        var bytes = message.bytes
        bytes.append(UInt8(ascii: "\n"))
        bytes.withUnsafeBytes { try? toServer.write($0) }
    }

    /// The next message; nil when the server has ended.
    func receive() -> JSON? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let line: [UInt8]? = pending.withLock { pending in
                guard let newline = pending.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                defer { pending.removeSubrange(...newline) }
                return Array(pending[..<newline])
            }
            if let line, let message = try? JSON.parse(line) { return message }
            let count = Glibc.read(fromServer, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            let piece = chunk[..<count]
            pending.withLock { $0 += piece }
        }
    }
}
