import FalProtocol
import Glibc
import HTTP
import Platform
import Synchronization

/// Why a file did not arrive.
public enum DownloadError: Error, Sendable {
    case remote(FalError)
    case disk(SystemError)
    /// The file has another size than the one announced.
    case wrongSize(expected: Int64, actual: Int64)
}

extension FalClient {
    /// Fetches `url` into `path`: beside it first, and renamed when it is whole and on the disk. The key is not
    /// sent. A connection that breaks is taken up again where it broke.
    /// - Parameters:
    ///   - overwrite: whether a file that has the name already is replaced.
    ///   - expectedSize: from the output, if it says; checked.
    ///   - onProgress: bytes so far, and of how many.
    /// - Returns: the size and the content type.
    public func download(
        _ url: String,
        to path: String,
        overwrite: Bool,
        expectedSize: Int64? = nil,
        onProgress: (@Sendable (Int64, Int64?) -> Void)? = nil
    ) async throws(DownloadError) -> (size: Int64, contentType: String?) {
        let temporary = "\(path).\(getpid()).\(Random.uuid().prefix(8)).part"
        let sink: DownloadSink
        do { sink = try DownloadSink(temporary) } catch { throw .disk(error) }
        defer { unlink(temporary) }
        var failures = 0
        while true {
            var request = HTTPRequest("GET", url, headers: [("User-Agent", "\(Product.name)/\(Product.version)")])
            request.timeout = nil
            request.stallTimeout = 60
            request.maxRedirects = 5
            request.acceptsCompression = false
            if backend.isBehindSocket(url) {
                request.unixSocket = backend.unixSocket
                request.maxRedirects = 0
            }
            let received = sink.received
            if received > 0 { request.headers.append(("Range", "bytes=\(received)-")) }
            do {
                _ = try await http.download(
                    request, onHead: { try sink.begin($0) }, onBytes: { try sink.append($0, onProgress) }
                )
                break
            } catch {
                if let refusal = sink.refusal { throw .remote(failure(refusal)) }
                if let fault = sink.fault { throw .disk(fault) }
                failures += 1
                if error.cause == .connect, let start = backend.start, backend.isBehindSocket(url), failures < 3 {
                    do throws(Backend.StartFailure) { try await start() } catch {
                        throw .remote(FalError(.notStarted(error.message)))
                    }
                    continue
                }
                let policy = RetryPolicy(call: .status)
                guard policy.retries(error), failures < policy.maxAttempts, !Task.isCancelled else {
                    throw .remote(FalError(.unreachable(error)))
                }
                try? await Task.sleep(for: .seconds(policy.delay(after: failures, retryAfter: nil)))
            }
        }
        let size = sink.received
        if let expected = expectedSize ?? sink.announced, expected != size {
            throw .wrongSize(expected: expected, actual: size)
        }
        do {
            try sink.finish()
            if overwrite {
                try Files.rename(temporary, to: path)
            } else {
                // A rename would replace a file that came in the meantime; a link does not.
                guard link(temporary, path) == 0 else { throw SystemError.last("write", path) }
                try Files.synchronizeDirectory(of: path)
            }
        } catch {
            throw .disk(error as? SystemError ?? SystemError(code: EIO, operation: "write", path: path))
        }
        return (size, sink.contentType)
    }
}

/// Takes the pieces of a download, on the HTTP client's thread.
private final class DownloadSink: Sendable {
    private struct State {
        var received: Int64 = 0
        /// Of the whole file, by the server's word.
        var announced: Int64?
        var contentType: String?
        var fault: SystemError?
        var refusal: HTTPResponse?
    }

    private struct Refused: Error {}

    private let file: Descriptor
    private let path: String
    private let state = Mutex(State())

    init(_ path: String) throws(SystemError) {
        self.path = path
        file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
    }

    var received: Int64 { state.withLock { $0.received } }
    var announced: Int64? { state.withLock { $0.announced } }
    var contentType: String? { state.withLock { $0.contentType } }
    var fault: SystemError? { state.withLock { $0.fault } }
    var refusal: HTTPResponse? { state.withLock { $0.refusal } }

    func begin(_ head: HTTPHead) throws {
        try state.withLock { state in
            guard (200..<300).contains(head.status) else {
                // What was asked for beyond the end of a whole file.
                if head.status == 416, state.received > 0, state.announced == state.received { return }
                state.refusal = HTTPResponse(head: head, body: [])
                throw Refused()
            }
            if head.status != 206, state.received > 0 {
                // The server sends all of it again.
                guard ftruncate(file.raw, 0) == 0, lseek(file.raw, 0, SEEK_SET) == 0 else {
                    throw SystemError.last("truncate", path)
                }
                state.received = 0
            }
            state.contentType = head.headers["content-type"] ?? state.contentType
            if let length = head.headers["content-length"].flatMap(Int64.init) {
                state.announced = state.received + length
            }
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer, _ onProgress: (@Sendable (Int64, Int64?) -> Void)?) throws {
        let (received, announced) = try state.withLock { state in
            do throws(SystemError) { try file.write(bytes) } catch {
                state.fault = SystemError(code: error.code, operation: "write", path: path)
                throw error
            }
            state.received += Int64(bytes.count)
            return (state.received, state.announced)
        }
        onProgress?(received, announced)
    }

    func finish() throws(SystemError) { try file.synchronize() }
}
