import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `upload`: a file, or bytes, into the storage.
extension Bridge {
    /// Seconds: a century.
    private static let maxLifetime: Int64 = 3_155_760_000

    func upload(_ call: Call) async throws(RPCError) -> JSON {
        let params = call.params
        let given = ["path", "data", "data_uri"].filter { params[$0] != nil }
        guard given.count == 1 else { throw .invalidParams("one of path, data and data_uri must be given") }
        let client = try client()
        let lifecycle = try lifecycle(params)
        let fileName = params["file_name"]?.stringValue
        let contentType = params["content_type"]?.stringValue
        if let type = contentType, !type.contains("/") || !type.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            throw .invalidParams("content_type: not a MIME type")
        }
        var source: UploadSource
        if let path = params["path"]?.stringValue {
            source = try uploadSource(path: try Self.localPath(path), call)
        } else if let uri = params["data_uri"]?.stringValue {
            source = try DataURI.source(uri, fileName: fileName, contentType: contentType)
        } else {
            guard let bytes = Base64.decode((params["data"]?.stringValue ?? "").utf8) else {
                throw .invalidParams("data: not base64")
            }
            let type = contentType ?? MediaType.guess(name: fileName ?? "", start: Array(bytes.prefix(64)))
            source = UploadSource(
                content: .bytes(bytes), fileName: fileName ?? "upload." + (MediaType.fileExtension(of: type) ?? "bin"),
                contentType: type
            )
        }
        source = UploadSource(
            content: source.content, fileName: fileName ?? source.fileName,
            contentType: contentType ?? source.contentType, lifecycle: lifecycle
        )
        let file = try await upload(
            source, isNamed: fileName != nil, client: client, call: call, gate: ProgressGate(), index: 0
        )
        return file.json
    }

    /// The path of a `file:` URL of this machine; nil where it is none.
    public static func path(ofURL url: String) -> String? { FileURL.path(url) }

    /// The path that a caller means, be it given as such or as a URL.
    static func localPath(_ text: String) throws(RPCError) -> String {
        guard FileURL.isOne(text) else { return text }
        guard let path = FileURL.path(text) else { throw .notAFileURL(text) }
        return path
    }

    /// What is to be uploaded of a local file, which is open from here on.
    func uploadSource(path: String, _ call: Call) throws(RPCError) -> UploadSource {
        let file = try roots(call).open(path)
        guard file.size > 0 else { throw .io("\(path): the file is empty") }
        let start: [UInt8]
        do { start = try file.start(64) } catch { throw .io(error, path: path) }
        let name = Files.name(of: path)
        let type = MediaType.guess(name: name, start: start)
        return UploadSource(content: .file(file), fileName: name, contentType: type)
    }

    /// Uploads, unless the bytes are there already, and says how it goes.
    /// - Parameters:
    ///   - gate: of the call.
    ///   - index: which of the call's files it is.
    func upload(
        _ source: UploadSource, isNamed: Bool, client: FalClient, call: Call, gate: ProgressGate, index: Int
    ) async throws(RPCError) -> FileValue {
        let id = call.id
        let size = source.size
        do throws(FalError) {
            return try await uploads.file(source, isNamed: isNamed, client: client) { sent in
                guard gate.passes(sent, of: size, file: index) else { return }
                call.notifyNow("upload/progress", [
                    "call": id, "file_name": .string(source.fileName), "bytes": .int(sent), "total": .int(size),
                ])
            }
        } catch {
            try throwIfEnding(call)
            throw RPCError(error, endpoint: nil, masking: client.backend.credentials)
        }
    }

    /// fal's `X-Fal-Object-Lifecycle`; nil where nothing was said.
    func lifecycle(_ params: JSONObject) throws(RPCError) -> JSON? {
        let words: [String: Int64] = [
            "immediate": 60, "1h": 3_600, "1d": 86_400, "7d": 604_800, "30d": 2_592_000, "1y": 31_536_000,
        ]
        var lifecycle = JSONObject()
        switch params["expires_in"] {
        case nil: break
        case .string("never")?: break
        case .string(let word)?:
            guard let seconds = words[word] else {
                throw .invalidParams("expires_in: seconds, or one of immediate, 1h, 1d, 7d, 30d, 1y, never")
            }
            lifecycle["expiration_duration_seconds"] = .int(seconds)
        case let value?:
            guard let seconds = value.intValue, seconds > 0, seconds <= Self.maxLifetime else { 
                throw .invalidParams("expires_in: from 1 to \(Self.maxLifetime) seconds")
            }
            lifecycle["expiration_duration_seconds"] = .int(seconds)
        }
        if let acl = params["acl"] { lifecycle["initial_acl"] = acl }
        return lifecycle.isEmpty ? nil : .object(lifecycle)
    }

    /// Ends a call whose peer no longer wants it.
    func throwIfEnding(_ call: Call) throws(RPCError) {
        if call.ending == .cancelled { throw .cancelled("cancelled") }
    }
}
