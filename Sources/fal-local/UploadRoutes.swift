import FalProtocol
import Glibc
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import Platform

/// The storage's ways in: a place that is asked for first, or the bytes sent at once; in one piece or in parts.
struct UploadRoutes {
    let queue: LocalQueue
    let plan: FaultPlan
    /// Told of every piece that comes in: a long upload is no idleness.
    let activity: Activity
    /// The URL at which the caller reached us.
    let base: String

    /// Bytes of a list of 10,000 parts.
    private static let maxParts = 2 << 20
    private static let tokenLifetime = 86_400.0
    private static let storageTypes: Set<String> = ["fal-cdn-v3", "fal-cdn", "gcs"]

    // MARK: A place first

    func initiate(_ request: Request, hasParts: Bool) async throws -> Response {
        if let type = request.uri.queryParameters["storage_type"], !Self.storageTypes.contains(String(type)) {
            return Reply.detail(400, "no storage is of the type \(type)")
        }
        guard let body = await request.object() else { return Self.noObject }
        let type = body["content_type"]?.stringValue ?? MediaType.unknown
        let name = body["file_name"]?.stringValue ?? Self.name(for: type)
        let place = try queue.files.makePlace(name: name, type: type, Self.lifecycle(request), hasParts: hasParts)
        return Reply.json(200, [
            "upload_url": .string("\(base)/uploads\(place.path)?token=\(place.token)"),
            "file_url": .string(base + place.path),
        ])
    }

    /// Anything below `/uploads`: the token in the query is the right to it.
    func respond(_ request: Request, _ path: String) async throws -> Response {
        let token = request.uri.queryParameters["token"].map(String.init)
        guard let token, let place = try queue.files.place(token: token), path.hasPrefix("/uploads" + place.path) else {
            return Reply.detail(403, "this place for an upload is not known")
        }
        if request.headers[.authorization] != nil {
            Log.warning("an upload came with an Authorization that it must not have")
        }
        let rest = path.dropFirst("/uploads".count + place.path.count)
        guard rest.isEmpty || rest.hasPrefix("/") else {
            return Reply.detail(403, "this place for an upload is not known")
        }
        switch (request.method, rest.dropFirst(), place.hasParts) {
        case (.put, "", false): return try await whole(request, place)
        case (.post, "complete", true): return try await complete(request, place)
        case (.put, let number, true): return try await part(request, place, number)
        // The oldest way asks for a place for each part.
        case (.post, let number, true) where Self.number(number) != nil:
            return Reply.json(200, ["upload_url": .string("\(base)\(path)?token=\(token)")])
        case (_, _, false): return Reply.notAllowed(.put)
        case (_, "complete", true): return Reply.notAllowed(.post)
        default: return Reply.notAllowed(.put, .post)
        }
    }

    private func whole(_ request: Request, _ place: UploadPlace) async throws -> Response {
        let type = request.headers[.contentType] ?? ""
        guard type == place.type else {
            return Reply.detail(400, "the type \(type) is not the announced one, \(place.type)")
        }
        return try await receiving(request) { file in
            try queue.files.commit(file, to: place)
            return Reply.json(200, [:])
        }
    }

    private func part(_ request: Request, _ place: UploadPlace, _ number: Substring) async throws -> Response {
        guard let number = Self.number(number) else {
            return Reply.detail(400, "a part's number is 1 to \(FileStore.maxParts)")
        }
        return try await receiving(request) { file in
            let etag = try queue.files.commit(file, part: number, of: place)
            var response = Reply.json(200, ["partNumber": .int(Int64(number)), "etag": .string(etag)])
            response.headers[.eTag] = etag
            return response
        }
    }

    private static func number(_ text: Substring) -> Int? {
        Int(text).flatMap { (1...FileStore.maxParts).contains($0) ? $0 : nil }
    }

    private func complete(_ request: Request, _ place: UploadPlace) async throws -> Response {
        guard let body = await request.object(upTo: Self.maxParts), let list = body["parts"]?.arrayValue,
            list.count <= FileStore.maxParts
        else { return Reply.detail(400, "the body must be a JSON object with \"parts\"") }
        var parts: [(number: Int64, etag: String)] = []
        for part in list {
            guard let number = (part["partNumber"] ?? part["part_number"])?.intValue,
                let etag = part["etag"]?.stringValue
            else { return Reply.detail(400, "a part has a \"partNumber\" and an \"etag\"") }
            parts.append((number, etag))
        }
        do {
            let (wanted, files, least) = (parts, queue.files, plan.minPartBytes)
            let file = try await Blocking.run { try files.complete(place, wanted, minBytes: least) }
            return Reply.json(200, ["access_url": .string(base + file.path), "file_url": .string(base + file.path)])
        } catch let error as PartsRefused {
            return Reply.detail(400, error.description)
        }
    }

    // MARK: At once

    func token() throws -> Response {
        let end = Timestamp(seconds: Timestamp.now.seconds + Self.tokenLifetime)
        return Reply.json(200, [
            "token": .string(try queue.seal(Gate.upload, seconds: Self.tokenLifetime)), "token_type": "Bearer",
            "base_url": .string(base),
            "expires_at": .string(end.iso8601(zone: "+00:00")),
        ])
    }

    func upload(_ request: Request) async throws -> Response {
        let (name, type) = Self.announced(request)
        let lifecycle = Self.lifecycle(request)
        return try await receiving(request) { incoming in
            let file = try queue.files.commit(incoming, name: name, type: type, lifecycle)
            return Reply.json(200, ["access_url": .string(base + file.path)])
        }
    }

    func beginParts(_ request: Request) throws -> Response {
        let (name, type) = Self.announced(request)
        let place = try queue.files.makePlace(name: name, type: type, Self.lifecycle(request), hasParts: true)
        return Reply.json(200, ["access_url": .string(base + place.path), "uploadId": .string(place.token)])
    }

    /// `/files/…/multipart/<upload id>/<number or complete>`
    func respondToPart(_ request: Request, _ path: String) async throws -> Response {
        let parts = path.split(separator: "/")
        guard parts.count >= 4, let place = try queue.files.place(token: String(parts[parts.count - 2])),
            place.hasParts, path.hasPrefix(place.path + "/multipart/\(place.token)/")
        else { return Reply.detail(404, "this upload is not known") }
        switch (request.method, parts[parts.count - 1]) {
        case (.post, "complete"): return try await complete(request, place)
        case (.put, let number): return try await part(request, place, number)
        default: return Reply.notAllowed(parts[parts.count - 1] == "complete" ? .post : .put)
        }
    }

    // MARK: -

    /// - Parameter body: what is done with it at the end, on a thread of its own: it waits for the disk.
    private func receiving(
        _ request: Request, _ body: @escaping @Sendable (IncomingFile) throws -> Response
    ) async throws -> Response {
        let file = try queue.files.begin()
        do {
            for try await buffer in request.body {
                activity.note()
                try buffer.withUnsafeReadableBytes { try file.write($0) }
            }
            return try await Blocking.run { try body(file) }
        } catch let error as SystemError where error.code == EFBIG {
            return Reply.detail(413, "the file is larger than \(FileStore.maxBytes) bytes")
        }
    }

    private static let noObject = Reply.detail(400, "the body must be a JSON object")

    private static func announced(_ request: Request) -> (name: String, type: String) {
        let type = request.headers[.contentType] ?? MediaType.unknown
        return (request.headers[Reply.Name.fileName] ?? name(for: type), type)
    }

    private static func name(for type: String) -> String { "upload." + (MediaType.fileExtension(of: type) ?? "bin") }

    private static func lifecycle(_ request: Request) -> Lifecycle {
        Lifecycle(request.headers[Reply.Name.lifecycle] ?? request.headers[Reply.Name.lifecyclePreference])
    }
}
