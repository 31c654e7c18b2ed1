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
        _ = try roots(call).writable(target)
        var files: [FileValue]
        // No key is needed for a file, so none is asked for.
        var client = FalClient(backend: backend, http: http)
        if let url = params["url"]?.stringValue {
            guard ["https://", "http://"].contains(where: url.prefix(8).lowercased().hasPrefix) else {
                throw .invalidParams("url: must begin with http:// or https://")
            }
            files = [FileValue(url: url)]
        } else {
            let request = try await request(call)
            client = request.client
            let answer = try await output(request, call, status: nil)
            files = FileValue.all(in: answer["data"] ?? .null)
            if files.isEmpty { throw RPCError.notFound("the output holds no file").about(request) }
        }
        let overwrite = params["overwrite"] == true && call.mandate == nil
        return ["files": .array(try await fetch(files, to: target, overwrite: overwrite, client: client, call: call))]
    }

    /// Fetches files into a folder, or one file to a name.
    func fetch(
        _ files: [FileValue], to target: String, overwrite: Bool, client: FalClient, call: Call
    ) async throws(RPCError) -> [JSON] {
        let roots = roots(call)
        let path = try roots.writable(target)
        let isFolder = target.hasSuffix("/") || files.count > 1 || ((try? Files.status(path))?.isDirectory ?? false)
        let given = Files.name(of: path)
        guard isFolder || !["", ".", ".."].contains(given) else { throw .io("\(target): not a name for a file") }
        // Open from here on: wherever its name may lead meanwhile, files go into the folder that was judged.
        let folder = try roots.folder(isFolder ? path : Files.parent(of: path))
        let place: String
        do { place = try folder.realPath() } catch { throw .io(error, path: target) }
        var taken: Set<String> = []
        let gate = ProgressGate()
        var targets: [Target] = []
        for (index, file) in files.enumerated() {
            let name = isFolder ? Self.name(of: file, &taken) : given
            let path = Files.join(place, name)
            if !overwrite, folder.contains(name) { throw .io("\(path): exists already, and overwrite is false") }
            targets.append(Target(file: file, index: index, folder: folder, name: name, path: path, overwrite: overwrite))
        }
        return try await fetch(targets, client, call, gate)
    }

    /// Files of one output that are fetched at once.
    private static let maxParallel = 4

    /// - Returns: in the order of the targets. The first that fails ends the others.
    private func fetch(
        _ targets: [Target], _ client: FalClient, _ call: Call, _ gate: ProgressGate
    ) async throws(RPCError) -> [JSON] {
        let outcome = await withTaskGroup(of: (Int, Result<JSON, RPCError>).self) { tasks in
            var next = targets.makeIterator()
            func begin() {
                guard let target = next.next() else { return }
                tasks.addTask { (target.index, await self.fetched(target, client, call, gate)) }
            }
            for _ in 0..<Self.maxParallel { begin() }
            var answers = [JSON](repeating: .null, count: targets.count)
            var failure: RPCError?
            for await (index, result) in tasks {
                switch result {
                case .success(let answer):
                    answers[index] = answer
                    if failure == nil { begin() }
                case .failure(let error):
                    // The others fail then, of being cancelled.
                    if failure == nil { failure = error }
                    tasks.cancelAll()
                }
            }
            return failure.map(Result.failure) ?? .success(answers)
        }
        return try outcome.get()
    }

    private func fetched(
        _ target: Target, _ client: FalClient, _ call: Call, _ gate: ProgressGate
    ) async -> Result<JSON, RPCError> {
        do throws(DownloadError) {
            return .success(try await fetch(target, client, call, gate))
        } catch {
            if call.ending != nil { return .failure(.cancelled("the download was cancelled")) }
            let credentials = client.backend.credentials
            return .failure(RPCError(error, from: target.file.url, to: target.path, masking: credentials))
        }
    }

    private struct Target: Sendable {
        let file: FileValue
        /// Among those of the call.
        let index: Int
        let folder: Folder
        let name: String
        /// For people.
        let path: String
        let overwrite: Bool
    }

    private func fetch(
        _ target: Target, _ client: FalClient, _ call: Call, _ gate: ProgressGate
    ) async throws(DownloadError) -> JSON {
        let file = target.file
        var answer: JSONObject = ["path": .string(target.path), "url": .string(file.url)]
        if DataURI.isOne(file.url) {
            let source: UploadSource
            do { source = try DataURI.source(file.url) } catch {
                throw .remote(FalError(.malformed("the output holds a data URI that cannot be read")))
            }
            if case .bytes(let bytes) = source.content {
                let written = await onThread { () -> Result<Void, SystemError> in
                    Result { () throws(SystemError) in
                        let new = try target.folder.makeFile()
                        try bytes.withUnsafeBytes { buffer in
                            Result { () throws(SystemError) in try new.write(buffer) }
                        }.get()
                        try new.commit(as: target.name, overwrite: target.overwrite)
                    }
                }
                do { try written.get() } catch { throw .disk(error) }
            }
            answer["content_type"] = .string(file.contentType ?? source.contentType)
            answer["file_size"] = .int(source.size)
            return .object(answer)
        }
        let id = call.id
        let size = file.fileSize
        let (got, type) = try await client.download(
            file.url, into: target.folder, as: target.name, overwrite: target.overwrite,
            expecting: DownloadExpectation(size: size, contentType: Self.expectedType(of: file)),
            outwardBy: call.mandate == nil ? nil : outwardHTTP
        ) { bytes, total in
            let total = total ?? size
            guard gate.passes(bytes, of: total, file: target.index) else { return }
            var params: JSONObject = ["call": id, "url": .string(file.url), "bytes": .int(bytes)]
            params["total"] = total.map(JSON.int)
            call.notifyNow("download/progress", .object(params))
        }
        answer["content_type"] = (file.contentType ?? type).map(JSON.string)
        answer["file_size"] = .int(got)
        return .object(answer)
    }

    /// What the output says, else what the name does.
    private static func expectedType(of file: FileValue) -> String? {
        if let type = file.contentType { return type }
        let type = MediaType.guess(name: file.fileName ?? lastStep(of: file.url) ?? "", start: [])
        return type == MediaType.unknown ? nil : type
    }

    private static func lastStep(of url: String) -> String? {
        url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").last.map(String.init)
    }

    /// The names that the files of an output have in a folder.
    public static func names(of files: [FileValue]) -> [String] {
        var taken: Set<String> = []
        return files.map { name(of: $0, &taken) }
    }

    /// A name for the file that leads nowhere else, and is not taken yet.
    private static func name(of file: FileValue, _ taken: inout Set<String>) -> String {
        let last = DataURI.isOne(file.url)
            ? "file." + (file.contentType.flatMap(MediaType.fileExtension) ?? "bin") : lastStep(of: file.url)
        // By scalars: a slash with an accent on it is another character, and still a slash to the kernel.
        var scalars = (file.fileName ?? last ?? "file").unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "_"
            default: scalar == "/" ? "_" : scalar
            }
        }[...]
        scalars = scalars.drop { $0 == "." || $0 == "-" }
        var name = ""
        name.unicodeScalars.append(contentsOf: scalars)
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
