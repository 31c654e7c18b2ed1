import FalProtocol
import HTTP
import Platform

/// Why a file did not arrive.
public enum DownloadError: Error, Sendable {
    case remote(FalError)
    case disk(SystemError)
    /// The file has another size than the one announced.
    case wrongSize(expected: Int64, actual: Int64)
    /// A page or a message came in place of a picture, a sound or a film.
    case wrongType(expected: String, actual: String)
}

/// What is known of a file before it is fetched.
public struct DownloadExpectation: Sendable {
    /// In bytes; checked.
    public var size: Int64?
    /// Text in place of a medium is refused.
    public var contentType: String?

    public init(size: Int64? = nil, contentType: String? = nil) {
        self.size = size
        self.contentType = contentType
    }
}

extension FalClient {
    /// Exchanges for one file at most; without progress it ends much sooner, by the retry policy.
    private static let maxExchanges = 100

    /// Fetches `url` into a folder. The file gets its name when it is whole and on the disk. The key is not sent.
    /// A connection that breaks is taken up again where it broke, if the server can tell that the file is the same.
    /// - Parameters:
    ///   - overwrite: whether a file that has the name already is replaced.
    ///   - outward: a client for what must not lead to this machine or a private network, unless it is the backend's;
    ///     nil where it may.
    ///   - onProgress: bytes so far, and of how many.
    /// - Returns: the size and the content type.
    public func download(
        _ url: String,
        into folder: Folder,
        as name: String,
        overwrite: Bool,
        expecting expectation: DownloadExpectation = DownloadExpectation(),
        outwardBy outward: HTTPClient? = nil,
        onProgress: (@Sendable (Int64, Int64?) -> Void)? = nil
    ) async throws(DownloadError) -> (size: Int64, contentType: String?) {
        let file: NewFile
        do { file = try folder.makeFile() } catch { throw .disk(error) }
        let sink = DownloadSink(file, expectedType: expectation.contentType, onProgress: onProgress)
        // Where the backend leads to from there is nobody's promise.
        let isOurs = backend.hasURL(url)
        try await fetch(url, sink, isOurs ? nil : outward, maxRedirects: isOurs && outward != nil ? 0 : 5)
        let size = sink.received
        if let expected = expectation.size ?? sink.announced, expected != size {
            throw .wrongSize(expected: expected, actual: size)
        }
        if size == 0, let type = expectation.contentType, MediaType.isMedia(type) {
            throw .wrongType(expected: type, actual: "nothing")
        }
        let committed = await onThread { () -> Result<Void, SystemError> in
            do throws(SystemError) { return .success(try file.commit(as: name, overwrite: overwrite)) } catch {
                return .failure(error)
            }
        }
        do { try committed.get() } catch { throw .disk(error) }
        return (size, sink.contentType)
    }

    private func fetch(
        _ url: String, _ sink: DownloadSink, _ outward: HTTPClient?, maxRedirects: Int
    ) async throws(DownloadError) {
        let policy = RetryPolicy(call: .status)
        var failures = 0
        for _ in 0..<Self.maxExchanges {
            var request = HTTPRequest("GET", url, headers: [("User-Agent", Self.userAgent)])
            request.timeout = nil
            request.stallTimeout = 60
            request.acceptsCompression = false
            request.refusesPrivateAddresses = outward != nil
            if backend.isBehindSocket(url) {
                request.unixSocket = backend.unixSocket
            } else {
                request.maxRedirects = maxRedirects
            }
            do { request.headers += try sink.resumption() } catch { throw .disk(error) }
            let before = sink.received
            let fault: HTTPError
            do throws(HTTPError) {
                let http = outward ?? http
                _ = try await http.download(request, onHead: { try sink.begin($0) }, onBytes: { try sink.append($0) })
                return
            } catch {
                fault = error
            }
            // From the start again when the file was another is progress of a kind, but must not go on for ever.
            failures = sink.received > before ? 1 : failures + 1
            var failure = FalError(.unreachable(fault))
            var again = policy.retries(fault)
            switch sink.verdict {
            case .disk(let error)?: throw .disk(error)
            case .wrongType(let type)?: throw .wrongType(expected: sink.expected, actual: type)
            case .another?:
                if sink.isWhole { return }
                do { try sink.restart() } catch { throw .disk(error) }
                again = true
            case .refused(let response)?:
                failure = self.failure(response)
                again = policy.retries(response)
            case nil: break
            }
            if fault.cause == .connect, let start = backend.start, backend.isBehindSocket(url), failures < 3 {
                do throws(Backend.StartFailure) { try await start() } catch {
                    throw .remote(FalError(.notStarted(error.message)))
                }
                continue
            }
            guard again, failures < policy.maxAttempts, !Task.isCancelled else { throw .remote(failure) }
            let delay = policy.delay(after: failures, retryAfter: failure.retryAfter)
            try? await sleep(seconds: delay)
        }
        throw .remote(FalError(.malformed("the file came in more than \(Self.maxExchanges) pieces")))
    }
}
