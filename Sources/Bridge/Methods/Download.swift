import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `download`: a file by its URL, or all files of a request's output.
extension Bridge {
    func download(_ call: Call) async throws(RPCError) -> JSON {
        let params = call.params
        guard (params["url"] == nil) != (params["request_id"] == nil) else {
            throw .invalidParams("one of url and request_id must be given")
        }
        let target = params["to"]?.stringValue ?? ""
        _ = try roots.writable(target)
        var files: [FileValue]
        // No key is needed for a file, so none is asked for.
        var client = FalClient(backend: backend, http: http)
        if let url = params["url"]?.stringValue {
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw .invalidParams("url: must begin with http:// or https://")
            }
            files = [FileValue(url: url)]
        } else {
            client = try self.client()
            let (endpoint, id, _) = try await request(call)
            let answer = try await output(endpoint, id, client, call, status: nil)
            files = FileValue.all(in: answer["data"] ?? .null)
            if files.isEmpty { throw RPCError.notFound("the output holds no file").about(id, endpoint.description) }
        }
        let overwrite = params["overwrite"] == true
        return ["files": .array(try await fetch(files, to: target, overwrite: overwrite, client: client, call: call))]
    }

    /// Fetches files into a folder, or one file to a name.
    func fetch(
        _ files: [FileValue], to target: String, overwrite: Bool, client: FalClient, call: Call
    ) async throws(RPCError) -> [JSON] {
        let path = try roots.writable(target)
        let isFolder = target.hasSuffix("/") || files.count > 1 || ((try? Files.status(path))?.isDirectory ?? false)
        do throws(SystemError) {
            try Files.makeDirectory(isFolder ? path : Files.parent(of: path), mode: 0o755)
        } catch {
            throw .io(error, path: target)
        }
        var taken: Set<String> = []
        var fetched: [JSON] = []
        for file in files {
            let place = isFolder ? Files.join(path, Self.name(of: file, &taken)) : path
            if !overwrite, Files.exists(place) { throw .io("\(place): exists already, and overwrite is false") }
            fetched.append(try await fetch(file, to: place, overwrite: overwrite, client: client, call: call))
        }
        return fetched
    }

    private func fetch(
        _ file: FileValue, to path: String, overwrite: Bool, client: FalClient, call: Call
    ) async throws(RPCError) -> JSON {
        let gate = ProgressGate()
        let id = call.id
        let expected = file.fileSize
        do throws(DownloadError) {
            let (size, type) = try await client.download(
                file.url, to: path, overwrite: overwrite, expectedSize: expected
            ) { bytes, total in
                let total = total ?? expected
                guard gate.passes(bytes, of: total) else { return }
                var params: JSONObject = ["call": id, "url": .string(file.url), "bytes": .int(bytes)]
                params["total"] = total.map(JSON.int)
                call.notifyNow("download/progress", .object(params))
            }
            var answer: JSONObject = ["path": .string(path), "url": .string(file.url)]
            answer["content_type"] = (file.contentType ?? type).map(JSON.string)
            answer["file_size"] = .int(size)
            return .object(answer)
        } catch {
            if call.ending != nil { throw .cancelled("the download was cancelled") }
            switch error {
            case .remote(let error): throw RPCError(error, endpoint: nil, masking: client.backend.credentials)
            case .disk(let error): throw .io(error, path: path)
            case .wrongSize(let expected, let actual):
                throw RPCError(
                    code: 1503, kind: "unavailable", message: "\(file.url): \(actual) bytes came in place of \(expected)",
                    retryable: true
                )
            }
        }
    }

    /// A name for the file that leads nowhere else, and is not taken yet.
    private static func name(of file: FileValue, _ taken: inout Set<String>) -> String {
        let last = file.url.split(separator: "?").first?.split(separator: "/").last.map(String.init)
        var name = String((file.fileName ?? last ?? "file").map { $0 == "/" || $0 == "\0" || $0.isNewline ? "_" : $0 })
        while name.hasPrefix(".") || name.hasPrefix("-") { name.removeFirst() }
        if name.isEmpty { name = "file" }
        name = String(decoding: name.utf8.suffix(200), as: UTF8.self)
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(number)_\(name)"
            number += 1
        }
        return candidate
    }
}
