import FalProtocol
import HTTP
import JSON
import Platform

/// What is to be uploaded.
public struct UploadSource: Sendable {
    public enum Content: Sendable {
        /// A file, read as it is sent.
        case file(OpenFile)
        case bytes([UInt8])
    }

    public let content: Content
    public let fileName: String
    public let contentType: String
    /// fal's `X-Fal-Object-Lifecycle`; nil for the account's own setting.
    public let lifecycle: JSON?

    public init(content: Content, fileName: String, contentType: String, lifecycle: JSON? = nil) {
        self.content = content
        self.fileName = fileName
        self.contentType = contentType
        self.lifecycle = lifecycle
    }

    public var size: Int64 {
        switch content {
        case .file(let file): file.size
        case .bytes(let bytes): Int64(bytes.count)
        }
    }

    /// Fails where the file is no longer what it was.
    func throwIfChanged() throws(FalError) {
        guard case .file(let file) = content, file.hasChanged else { return }
        let message = "\(file.path): the file changed while it was read"
        throw FalError(.unreachable(HTTPError(.source(message), message: message, wasSent: true)))
    }

    /// `length` bytes from `offset`, as a body.
    func body(_ offset: Int64, _ length: Int64) -> HTTPRequest.Body {
        switch content {
        case .file(let file): .file(file, offset: offset, length: length)
        case .bytes(let bytes): .bytes(Array(bytes[Int(offset)..<Int(offset + length)]))
        }
    }
}

/// fal's storage: a place is asked for with the key, the bytes go there without it.
extension FalClient {
    /// Above this a file goes up in parts, as by fal's own client.
    static let multipartThreshold: Int64 = 90 << 20

    /// Uploads one file: in one piece, or a large one in parts; where the storage gives no place, by a token.
    /// - Parameters:
    ///   - ledger: what remembers the parts of a large file, so that it can be taken up again.
    ///   - onProgress: bytes that went out so far; never fewer than before.
    public func upload(
        _ source: UploadSource, ledger: (any UploadLedger)? = nil, onProgress: (@Sendable (Int64) -> Void)? = nil
    ) async throws(FalError) -> FileValue {
        let progress = UploadProgress(onProgress)
        let url: String
        if source.size > Self.multipartThreshold {
            do throws(FalError) {
                url = try await uploadInParts(source, ledger: ledger, progress: progress)
            } catch {
                // fal's own proxy lets no parts through as it comes (its default list of targets), but one piece.
                guard backend.proxyURL != nil, error.httpStatus == 400 else { throw error }
                url = try await uploadInOnePiece(source, progress)
            }
        } else {
            url = try await uploadInOnePiece(source, progress)
        }
        try source.throwIfChanged()
        return FileValue(
            url: url, contentType: source.contentType, fileName: source.fileName, fileSize: source.size
        )
    }

    private func uploadInOnePiece(
        _ source: UploadSource, _ progress: UploadProgress
    ) async throws(FalError) -> String {
        do throws(FalError) {
            let place = try await place(for: source, route: "initiate")
            var request = bodyRequest("PUT", place.uploadURL, source, 0, source.size)
            request.headers.append(("Content-Type", source.contentType))
            _ = try await exchange(request, RetryPolicy(call: .put), onProgress: progress.part(1))
            return place.fileURL
        } catch {
            guard error.isRefusedPlace else { throw error }
            return try await uploadByToken(source, instead: error, progress: progress)
        }
    }

    /// Whether a file that was uploaded is still to be had; nil where that cannot be told.
    public func isStored(_ url: String) async -> Bool? {
        guard let head = await storedHead(url) else { return nil }
        return (200..<300).contains(head.status) ? true : head.status == 404 || head.status == 410 ? false : nil
    }

    func storedHead(_ url: String) async -> HTTPHead? {
        var request = HTTPRequest("HEAD", url, headers: [("User-Agent", Self.userAgent)])
        request.timeout = 10
        request.acceptsCompression = false
        if backend.isBehindSocket(url) { request.unixSocket = backend.unixSocket } else { request.maxRedirects = 3 }
        do throws(HTTPError) { return try await http.send(request).head } catch { return nil }
    }

    static let userAgent = "\(Product.name)/\(Product.version)"

    /// The headers that say how long a file is kept and who may see it.
    func lifecycleHeaders(_ source: UploadSource) -> [(name: String, value: String)] {
        source.lifecycle.map { [("X-Fal-Object-Lifecycle", $0.text)] } ?? []
    }

    /// Asks for a place.
    /// - Parameter route: `initiate` or `initiate-multipart`.
    func place(for source: UploadSource, route: String) async throws(FalError) -> (uploadURL: String, fileURL: String) {
        let answer: JSON
        do throws(FalError) {
            answer = try json(await send(
                "POST", "\(backend.restURL)/storage/upload/\(route)?storage_type=fal-cdn-v3",
                headers: lifecycleHeaders(source),
                body: ["content_type": .string(source.contentType), "file_name": .string(source.fileName)],
                policy: RetryPolicy(call: .initiate)
            ))
        } catch {
            var error = error
            error.isRefusedPlace = error.meansNoSuchRoute
            throw error
        }
        guard let uploadURL = answer["upload_url"]?.stringValue, let fileURL = answer["file_url"]?.stringValue else {
            throw FalError(.malformed("the storage names no place for the upload"))
        }
        return (uploadURL, fileURL)
    }

    /// A request with bytes of a file in it and without the key.
    func bodyRequest(
        _ method: String, _ url: String, _ source: UploadSource, _ offset: Int64, _ length: Int64
    ) -> HTTPRequest {
        var request = HTTPRequest(method, url, headers: [("User-Agent", Self.userAgent)])
        request.body = source.body(offset, length)
        // As long as bytes move, there is no telling how long it may take.
        request.timeout = nil
        request.stallTimeout = 60
        if backend.isBehindSocket(url) { request.unixSocket = backend.unixSocket }
        return request
    }
}

extension FalError {
    /// Whether the server has no such route, or it is out of order, so that another one may do.
    var meansNoSuchRoute: Bool {
        switch cause {
        case .status(404, _), .status(405, _), .status(410, _): true
        case .status(let status, _): status >= 500
        case .malformed: true
        case .unreachable, .outcomeUnknown, .notStarted: false
        }
    }
}
