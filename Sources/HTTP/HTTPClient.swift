import Synchronization

/// An HTTP client over libcurl's multi interface: one thread, kept connections, HTTP/2 where the server has it.
///
/// libcurl is opened and its thread started by the first request.
public final class HTTPClient: Sendable {
    public typealias Progress = @Sendable (_ sent: Int64, _ received: Int64, _ total: Int64?) -> Void

    private struct State {
        var loop: TransferLoop?
        /// What each exchange's end is told to.
        var endings: [UInt64: @Sendable (Result<HTTPHead, HTTPError>) -> Void] = [:]
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
        if request.refusesPrivateAddresses, request.mayUseProxy { await EnvironmentProxy.lookUp() }
        guard !Task.isCancelled else { throw HTTPError(.cancelled, message: "cancelled") }
        let number = Mutex<UInt64?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let exchange = begin(
                    request, onHead: onHead,
                    onBytes: { bytes in
                        try onBytes(bytes)
                        return .taken
                    },
                    onProgress: onProgress, onEnd: { continuation.resume(returning: $0) }
                )
                number.withLock { $0 = exchange }
                // Had the task been cancelled before, the handler below came too early to find anything.
                if Task.isCancelled { cancel(exchange) }
            }
        } onCancel: {
            cancel(number.withLock { $0 })
        }
        return try result.get()
    }

    /// As `download`, without a task that waits: for what may stay open for long.
    /// - Parameters:
    ///   - onBytes: as there; it may leave them for later, see `resume`.
    ///   - onEnd: called once, on the client's own thread, or at once where nothing can be begun. It must not block.
    /// - Returns: the exchange, for `resume` and `cancel`; nil where it has ended already.
    func begin(
        _ request: HTTPRequest,
        onHead: @escaping @Sendable (HTTPHead) throws -> Void,
        onBytes: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Transfer.Intake,
        onProgress: Progress? = nil,
        onEnd: @escaping @Sendable (Result<HTTPHead, HTTPError>) -> Void
    ) -> UInt64? {
        do throws(HTTPError) {
            let library: CurlLibrary
            do { library = try CurlLibrary.shared.get() } catch {
                throw HTTPError(.other, message: "libcurl is not installed: \(error.description)")
            }
            let loop = try loop(library)
            let transfer = Transfer(
                request, library: library, onHead: onHead, onBytes: onBytes, onProgress: onProgress
            )
            let number = loop.reserve()
            state.withLock { $0.endings[number] = onEnd }
            loop.start(transfer, number)
            return number
        } catch {
            onEnd(.failure(error))
            return nil
        }
    }

    /// Lets an exchange go on whose bytes were left for later.
    func resume(_ exchange: UInt64?) {
        guard let exchange else { return }
        state.withLock { $0.loop }?.resume(exchange)
    }

    /// Ends an exchange, if it has not ended.
    func cancel(_ exchange: UInt64?) {
        guard let exchange else { return }
        state.withLock { $0.loop }?.cancel(exchange)
    }

    private func loop(_ library: CurlLibrary) throws(HTTPError) -> TransferLoop {
        try state.withLock { state throws(HTTPError) in
            if let loop = state.loop { return loop }
            let loop = try TransferLoop(library) { [weak self] number, result in
                let ending = self?.state.withLock { $0.endings.removeValue(forKey: number) }
                ending?(result)
            }
            state.loop = loop
            return loop
        }
    }
}
