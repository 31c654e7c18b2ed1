import FalClient
import FalProtocol
import Glibc
import JSON
import JSONRPC
import Platform

/// `upload`: a file, or bytes, into the storage.
extension Bridge {
    func upload(_ call: Call) async throws(RPCError) -> JSON {
        let params = call.params
        let given = ["path", "data", "data_uri"].filter { params[$0] != nil }
        guard given.count == 1 else { throw .invalidParams("one of path, data and data_uri must be given") }
        let client = try client()
        let lifecycle = try lifecycle(params)
        let fileName = params["file_name"]?.stringValue
        let contentType = params["content_type"]?.stringValue
        if let type = contentType, !type.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            throw .invalidParams("content_type: not a MIME type")
        }
        var source: UploadSource
        var key: UploadCache.Key?
        if let path = params["path"]?.stringValue {
            let local = path.hasPrefix("file://") ? FileURL.path(path) : path
            guard let local else { throw .invalidParams("path: a file URL of another machine, or none") }
            (source, key) = try uploadSource(path: local, backend: client.backend)
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
        if fileName != nil || contentType != nil || lifecycle != nil {
            // Another name, type or lifetime makes another file of the same bytes.
            key = nil
            source = UploadSource(
                content: source.content, fileName: fileName ?? source.fileName,
                contentType: contentType ?? source.contentType, lifecycle: lifecycle
            )
        }
        return try await upload(source, key: key, client: client, call: call).json
    }

    /// What is to be uploaded of a local file, after a look at it.
    func uploadSource(path: String, backend: Backend) throws(RPCError) -> (UploadSource, UploadCache.Key) {
        let real = try roots.readable(path)
        do {
            let status = try Files.status(real)
            guard status.isRegular else { throw RPCError.io("\(path): not a file") }
            guard status.size > 0 else { throw RPCError.io("\(path): the file is empty") }
            let file = try Descriptor.open(real, O_RDONLY)
            var start = [UInt8](repeating: 0, count: 64)
            let raw = file.raw
            let count = try start.withUnsafeMutableBytes { try Descriptor.read(raw, into: $0) }
            let type = MediaType.guess(name: real, start: Array(start.prefix(count)))
            let key = UploadCache.Key(
                backend: backend.restURL, device: status.device, inode: status.inode, size: status.size,
                modified: status.modified
            )
            let content = UploadSource.Content.file(path: real, size: status.size)
            return (UploadSource(content: content, fileName: Files.name(of: path), contentType: type), key)
        } catch let error as SystemError {
            throw .io(error, path: path)
        } catch {
            throw error as? RPCError ?? .io("\(path): \(error)")
        }
    }

    /// Uploads, unless this process has done so already, and says how it goes.
    func upload(
        _ source: UploadSource, key: UploadCache.Key?, client: FalClient, call: Call
    ) async throws(RPCError) -> FileValue {
        if let key, let file = uploads.file(key) { return file }
        let gate = ProgressGate()
        let id = call.id
        let size = source.size
        do throws(FalError) {
            let file = try await client.upload(source) { sent in
                guard gate.passes(sent, of: size) else { return }
                call.notifyNow("upload/progress", [
                    "call": id, "file_name": .string(source.fileName), "bytes": .int(sent), "total": .int(size),
                ])
            }
            if let key { uploads.store(key, file) }
            return file
        } catch {
            try throwIfEnding(call)
            throw RPCError(error, endpoint: nil, masking: client.backend.credentials)
        }
    }

    /// fal's `X-Fal-Object-Lifecycle`; nil where nothing was said.
    func lifecycle(_ params: JSONObject) throws(RPCError) -> JSON? {
        let words: [String: Int64] = ["immediate": 60, "1h": 3_600, "1d": 86_400, "7d": 604_800, "30d": 2_592_000, "1y": 31_536_000]
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
            guard let seconds = value.intValue, seconds > 0 else { throw .invalidParams("expires_in: more than 0 seconds") }
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
