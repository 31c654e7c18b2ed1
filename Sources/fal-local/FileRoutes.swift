import FalProtocol
import Glibc
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import Platform

/// Stored files, for whom they are meant.
struct FileRoutes {
    let queue: LocalQueue
    /// Told of every piece that goes out: a long download is no idleness.
    let activity: Activity
    let gate: Gate

    private static let chunk = 256 << 10
    /// Seconds that a signed link is good for when it does not say, and at most.
    private static let linkLifetime = 86_400.0
    private static let maxLinkLifetime = 7 * 86_400.0

    /// A file, or a range of it.
    func get(_ request: Request, _ path: String) throws -> Response {
        guard let file = try queue.files.file(path) else { return Self.notFound }
        if let refusal = refusal(request, file) { return refusal }
        var headers = HTTPFields()
        headers[.contentType] = file.type
        headers[.eTag] = "\"\(file.hash)\""
        headers[Reply.Name.acceptRanges] = "bytes"
        var range: Range<Int64> = 0..<file.size
        var status = HTTPResponse.Status.ok
        // A part of another content is of no use to one who has the beginning of that.
        let isSame = request.headers[.ifRange].map { $0 == headers[.eTag] } ?? true
        switch ByteRange(isSame ? request.headers[.range] : nil, size: file.size) {
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
                    let buffer = try source.read(offset, Int(min(Int64(Self.chunk), bytes.upperBound - offset)))
                    offset += Int64(buffer.readableBytes)
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            }
        )
    }

    private static let notFound = Reply.detail(404, "File not found")

    /// What a stranger is told of a file that is not for everybody.
    private func refusal(_ request: Request, _ file: StoredFile) -> Response? {
        if file.access == .allow || gate.isOwner(request) || isSigned(request, file.path) { return nil }
        return file.access == .hide ? Self.notFound : Reply.detail(403, "Access to this file is forbidden")
    }

    /// A link to a file that is good for a while, without a key.
    func sign(_ request: Request, _ path: String, _ base: String) async throws -> Response {
        guard let file = try queue.files.file(path) else { return Self.notFound }
        guard let body = await request.object(),
            let seconds = (body["duration"] ?? .number(Self.linkLifetime)).doubleValue,
            (1...Self.maxLinkLifetime).contains(seconds)
        else { return Reply.detail(422, "\"duration\" is 1 to \(Int(Self.maxLinkLifetime)) seconds") }
        return Reply.text(
            200, "\(base)\(file.path)?identity=\(try queue.seal(Self.right(to: file.path), seconds: seconds))"
        )
    }

    private func isSigned(_ request: Request, _ path: String) -> Bool {
        guard let seal = request.uri.queryParameters["identity"] else { return false }
        return queue.isSeal(String(seal), of: Self.right(to: path))
    }

    private static func right(to path: String) -> String { "link\n\(path)" }

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
