import FalProtocol
import Glibc
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import Platform

/// The storage's routes: places for uploads, bytes in, bytes out.
struct FileRoutes {
    let queue: LocalQueue
    /// Told of every piece that goes out: a long download is no idleness.
    let activity: Activity

    /// The token of the Python client's way of uploading, good as long as this process lives.
    static let uploadToken = Random.uuid()

    private static let maxBody = 64 << 10
    private static let chunk = 256 << 10

    // MARK: In

    func initiate(_ request: Request, _ base: String) async throws -> Response {
        guard let buffer = try? await request.body.collect(upTo: Self.maxBody),
            let body = try? JSON.parse(Array(buffer.readableBytesView)), body.objectValue != nil
        else { return Reply.detail(400, "the body must be a JSON object") }
        let type = body["content_type"]?.stringValue ?? MediaType.unknown
        let name = body["file_name"]?.stringValue ?? "upload." + (MediaType.fileExtension(of: type) ?? "bin")
        let place = try queue.files.makePlace(name: name, type: type, lifetime: Self.lifetime(request))
        return Reply.json(
            200,
            [
                "upload_url": .string("\(base)/uploads\(place.path)?token=\(place.token)"),
                "file_url": .string(base + place.path),
            ]
        )
    }

    func put(_ request: Request) async throws -> Response {
        let token = request.uri.queryParameters["token"].map(String.init)
        guard let token, let place = try queue.files.place(token: token), request.uri.path == "/uploads" + place.path
        else { return Reply.detail(403, "this place for an upload is not known") }
        if request.headers[.authorization] != nil {
            Log.warning("an upload came with an Authorization that it must not have")
        }
        let type = request.headers[.contentType] ?? ""
        guard type == place.type else {
            return Reply.detail(400, "the type \(type) is not the announced one, \(place.type)")
        }
        switch try await receive(request) {
        case .failure(let refusal): return refusal.response
        case .success(let file):
            _ = try queue.files.commit(file, to: place)
            return Reply.json(200, [:])
        }
    }

    func token(_ base: String) -> Response {
        Reply.json(200, [
            "token": .string(Self.uploadToken), "token_type": "Bearer", "base_url": .string(base),
            "expires_at": .string(Timestamp(seconds: Timestamp.now.seconds + 86_400).iso8601(zone: "+00:00")),
        ])
    }

    func upload(_ request: Request, _ base: String) async throws -> Response {
        let type = request.headers[.contentType] ?? MediaType.unknown
        let name = request.headers[Reply.Name.fileName] ?? "upload." + (MediaType.fileExtension(of: type) ?? "bin")
        switch try await receive(request) {
        case .failure(let refusal): return refusal.response
        case .success(let incoming):
            let lifetime = Self.lifetime(request) ?? FileStore.uploadLifetime
            let file = try queue.files.commit(incoming, name: name, type: type, lifetime: lifetime)
            return Reply.json(200, ["access_url": .string(base + file.path)])
        }
    }

    private struct Refusal: Error {
        let response: Response
    }

    private func receive(_ request: Request) async throws -> Result<IncomingFile, Refusal> {
        let file = try queue.files.begin()
        do {
            for try await buffer in request.body {
                try buffer.withUnsafeReadableBytes { try file.write($0) }
            }
        } catch let error as SystemError where error.code == EFBIG {
            return .failure(Refusal(response: Reply.detail(413, "the file is larger than \(FileStore.maxBytes) bytes")))
        }
        return .success(file)
    }

    /// Seconds, from fal's lifecycle header.
    private static func lifetime(_ request: Request) -> Double? {
        guard let text = request.headers[Reply.Name.lifecycle], let json = try? JSON.parse(text) else { return nil }
        return json["expiration_duration_seconds"]?.doubleValue
    }

    // MARK: Out

    /// - Parameter cut: bytes after which the connection is closed, for a test.
    func get(_ request: Request, _ path: String, cut: Int64?) throws -> Response {
        guard let file = try queue.files.file(path) else { return Reply.detail(404, "File not found") }
        var headers = HTTPFields()
        headers[.contentType] = file.type
        headers[.eTag] = "\"\(file.hash)\""
        headers[Reply.Name.acceptRanges] = "bytes"
        var range: Range<Int64> = 0..<file.size
        var status = HTTPResponse.Status.ok
        switch ByteRange(request.headers[.range], size: file.size) {
        case .whole: break
        case .part(let part):
            range = part
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(file.size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        headers[.contentLength] = "\(range.count)"
        guard request.method != .head else { return Response(status: status, headers: headers) }
        let source = Source(try Descriptor.open(file.location, O_RDONLY))
        let bytes = range
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: range.count) { writer in
                var offset = bytes.lowerBound
                while offset < bytes.upperBound {
                    activity.note()
                    if let cut, offset - bytes.lowerBound >= cut {
                        throw SystemError(code: ECONNRESET, operation: "send")
                    }
                    let buffer = try source.read(
                        offset, Int(min(Int64(Self.chunk), cut ?? .max, bytes.upperBound - offset))
                    )
                    offset += Int64(buffer.readableBytes)
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            }
        )
    }

    private final class Source: Sendable {
        private let file: Descriptor

        init(_ file: consuming Descriptor) { self.file = file }

        func read(_ offset: Int64, _ count: Int) throws -> ByteBuffer {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = pread(file.raw, &bytes, count, off_t(offset))
            guard got > 0 else { throw SystemError(code: got == 0 ? EIO : errno, operation: "read") }
            return ByteBuffer(bytes: bytes[..<got])
        }
    }
}
