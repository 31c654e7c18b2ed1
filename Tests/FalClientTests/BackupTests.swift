import FalProtocol
import Glibc
import HTTP
import Platform
import Testing

@testable import FalClient

/// A server that gives one answer to each connection.
private final class OneAnswer: Sendable {
    let port: UInt16
    private let listener: CInt

    init(_ status: String, _ body: String) throws {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length)
                listen(descriptor, 8)
                getsockname(descriptor, $0, &length)
            }
            return UInt16(bigEndian: $0.pointee.sin_port)
        }
        let answer = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        try Thread.start {
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                var chunk = [UInt8](repeating: 0, count: 65_536)
                _ = read(connection, &chunk, chunk.count)
                Array(answer.utf8).withUnsafeBytes { try? Descriptor.write(connection, $0) }
                shutdown(connection, CInt(SHUT_WR))
                while read(connection, &chunk, chunk.count) > 0 {}
                close(connection)
            }
        }
    }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }
}

@Suite struct BackupTests {
    private func client(_ primary: String, _ backup: String) -> FalClient {
        let backend = Backend(
            kind: .fal, queueURL: primary, credentials: Credentials("a:b"), backups: [primary: backup]
        )
        return FalClient(backend: backend, http: HTTPClient())
    }

    @Test func nobodyAtTheFirstDomain() async throws {
        let backup = try OneAnswer("200 OK", #"{"status":"IN_QUEUE","request_id":"r-1"}"#)
        let client = client("http://127.0.0.1:1", "http://127.0.0.1:\(backup.port)")
        let status = try await client.submit(EndpointID("a/b"), input: ["x": 1], options: SubmitOptions())
        #expect(status.requestID == "r-1")
    }

    @Test func anAnswerIsAnAnswer() async throws {
        let primary = try OneAnswer("500 Internal Server Error", "")
        let backup = try OneAnswer("200 OK", #"{"status":"IN_QUEUE","request_id":"r-1"}"#)
        let client = client("http://127.0.0.1:\(primary.port)", "http://127.0.0.1:\(backup.port)")
        let error = await #expect(throws: FalError.self) {
            _ = try await client.submit(EndpointID("a/b"), input: ["x": 1], options: SubmitOptions())
        }
        guard case .outcomeUnknown? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func ofFalsOwnDomainsOnly() {
        let backend = Backend(kind: .fal)
        #expect(backend.backup(of: "https://queue.fal.run/a/b") == "https://queue.falrun.com/a/b")
        #expect(backend.backup(of: "https://fal.run/a/b") == "https://falrun.com/a/b")
        #expect(backend.backup(of: "https://fal.run.evil.com/a") == nil)
        #expect(backend.backup(of: "https://rest.fal.ai/a") == nil)
        #expect(Backend(kind: .proxy, proxyURL: "https://p").backup(of: "https://fal.run/a") == nil)
    }
}
