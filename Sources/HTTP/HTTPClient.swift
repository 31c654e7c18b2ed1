import Synchronization

/// An HTTP client over libcurl's multi interface: one thread, kept connections, HTTP/2 where the server has it.
///
/// libcurl is opened and its thread started by the first request.
public final class HTTPClient: Sendable {
    public typealias Progress = @Sendable (_ sent: Int64, _ received: Int64, _ total: Int64?) -> Void

    private struct State {
        var loop: TransferLoop?
        var waiting: [UInt64: CheckedContinuation<Result<HTTPHead, HTTPError>, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Sends a request and collects the answer.
    /// - Throws: `HTTPError` where there is no whole answer. A status such as 404 is an answer.
    public func send(_ request: HTTPRequest, onProgress: Progress? = nil) async throws(HTTPError) -> HTTPResponse {
        let body = Mutex<[UInt8]>([])
        let limit = request.maxResponseBytes
        let head = try await download(request, onHead: { _ in }, onBytes: { bytes in
            try body.withLock { body in
                guard body.count + bytes.count <= limit else {
                    throw HTTPError(.tooLarge, message: "an answer of more than \(limit) bytes", wasSent: true)
                }
                body.append(contentsOf: bytes)
            }
        }, onProgress: onProgress)
        return HTTPResponse(head: head, body: body.withLock { $0 })
    }

    /// Sends a request and gives the answer away piece by piece, on the client's own thread.
    /// - Parameters:
    ///   - onHead: called once, before the first bytes; a throw ends the exchange with `sink`.
    ///   - onBytes: called in order; a throw ends the exchange with `sink`.
    public func download(
        _ request: HTTPRequest,
        onHead: @escaping @Sendable (HTTPHead) throws -> Void,
        onBytes: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void,
        onProgress: Progress? = nil
    ) async throws(HTTPError) -> HTTPHead {
        let library: CurlLibrary
        do { library = try CurlLibrary.shared.get() } catch {
            throw HTTPError(.other, message: "libcurl is not installed: \(error.description)")
        }
        let loop = try loop(library)
        let transfer = Transfer(
            request, library: library, onHead: onHead, onBytes: onBytes, onProgress: onProgress
        )
        let number = loop.reserve()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting[number] = continuation }
                loop.start(transfer, number)
                // Had the task been cancelled before, the handler below came too early to find anything.
                if Task.isCancelled { loop.cancel(number) }
            }
        } onCancel: {
            loop.cancel(number)
        }
        return try result.get()
    }

    private func loop(_ library: CurlLibrary) throws(HTTPError) -> TransferLoop {
        try state.withLock { state throws(HTTPError) in
            if let loop = state.loop { return loop }
            let loop = try TransferLoop(library) { [weak self] number, result in
                let waiting = self?.state.withLock { $0.waiting.removeValue(forKey: number) }
                waiting?.resume(returning: result)
            }
            state.loop = loop
            return loop
        }
    }
}
