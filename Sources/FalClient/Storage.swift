import FalProtocol
import HTTP
import JSON

/// What is to be uploaded.
public struct UploadSource: Sendable {
    public enum Content: Sendable {
        /// A file of `size` bytes, read as it is sent.
        case file(path: String, size: Int64)
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
        case .file(_, let size): size
        case .bytes(let bytes): Int64(bytes.count)
        }
    }
}

/// fal's storage: a place is asked for with the key, the bytes go there without it.
extension FalClient {
    /// Uploads one file in one piece.
    /// - Parameter onProgress: bytes that went out so far.
    public func upload(
        _ source: UploadSource, onProgress: (@Sendable (Int64) -> Void)? = nil
    ) async throws(FalError) -> FileValue {
        var headers: [(name: String, value: String)] = []
        if let lifecycle = source.lifecycle { headers.append(("X-Fal-Object-Lifecycle", lifecycle.text)) }
        let answer = try json(await send(
            "POST", "\(backend.restURL)/storage/upload/initiate?storage_type=fal-cdn-v3", headers: headers,
            body: ["content_type": .string(source.contentType), "file_name": .string(source.fileName)], policy: RetryPolicy(call: .initiate)
        ))
        guard let uploadURL = answer["upload_url"]?.stringValue, let fileURL = answer["file_url"]?.stringValue else {
            throw FalError(.malformed("the storage names no place for the upload"))
        }
        var request = HTTPRequest("PUT", uploadURL, headers: [
            ("Content-Type", source.contentType), ("User-Agent", "\(Product.name)/\(Product.version)"),
        ])
        switch source.content {
        case .file(let path, let size): request.body = .file(path: path, offset: 0, length: size)
        case .bytes(let bytes): request.body = .bytes(bytes)
        }
        request.timeout = nil
        request.stallTimeout = 60
        if backend.isBehindSocket(uploadURL) { request.unixSocket = backend.unixSocket }
        var progress: HTTPClient.Progress?
        if let onProgress { progress = { sent, _, _ in onProgress(sent) } }
        _ = try await exchange(request, RetryPolicy(call: .put), onProgress: progress)
        return FileValue(
            url: fileURL, contentType: source.contentType, fileName: source.fileName, fileSize: source.size
        )
    }
}
