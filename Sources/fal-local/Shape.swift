import Glibc
import HTTPTypes
import Hummingbird
import Platform

/// What happens to a stream of bytes on its way.
struct Shape: Sendable {
    /// Bytes after which the connection is closed.
    var cut: Int64?
    /// Bytes a second.
    var rate: Double?
    /// Bytes of a piece that is sent by itself.
    var chunk: Int?
    /// Server-sent events after which the connection is closed.
    var events: Int?
    /// Whether the lines of server-sent events end in CR LF, and have comments and other fields among them.
    var isCRLF = false
    var hasComments = false

    var isPlain: Bool { cut == nil && rate == nil && chunk == nil && events == nil && !isCRLF && !hasComments }
    var changesLength: Bool { isCRLF || hasComments }

    static let closed = SystemError(code: ECONNRESET, operation: "send")

    func applied(to body: ResponseBody) -> ResponseBody {
        ResponseBody(contentLength: changesLength ? nil : body.contentLength) { writer in
            try await body.write(ShapedWriter(inner: writer, shape: self))
        }
    }

    func applied(to body: RequestBody) -> RequestBody {
        RequestBody(asyncSequence: ShapedBody(base: body, shape: self))
    }

    /// Waits as long as so many bytes take.
    func pace(_ count: Int) async throws {
        if let rate, count > 0 { try await Task.sleep(for: .seconds(min(Double(count) / rate, 3_600))) }
    }
}

/// An answer's body on its way out.
private struct ShapedWriter: ResponseBodyWriter {
    var inner: any ResponseBodyWriter
    let shape: Shape
    private var sent: Int64 = 0
    private var events = 0

    init(inner: any ResponseBodyWriter, shape: Shape) {
        self.inner = inner
        self.shape = shape
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        var bytes = Array(buffer.readableBytesView)
        if let limit = shape.events, bytes.starts(with: Array("data:".utf8)) {
            if events >= limit { throw Shape.closed }
            events += 1
        }
        if shape.hasComments, bytes.starts(with: Array("data:".utf8)) {
            bytes = Array(": a comment\n:\n\nid: \(events)\nevent: message\nretry: 1000\n".utf8) + bytes
        }
        if shape.isCRLF { bytes = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }
        // A slow line brings little at a time rather than much seldom.
        let paced = shape.rate.map { max(1, Int(min($0 / 20, 1e6))) }
        let piece = min(shape.chunk ?? .max, paced ?? .max)
        var rest = bytes[...]
        while !rest.isEmpty {
            var part = rest.prefix(piece)
            if let cut = shape.cut { part = part.prefix(Int(clamping: cut - sent)) }
            guard !part.isEmpty else { throw Shape.closed }
            try await inner.write(ByteBuffer(bytes: part))
            sent += Int64(part.count)
            rest = rest.dropFirst(part.count)
            try await shape.pace(part.count)
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        if let limit = shape.events, events >= limit { throw Shape.closed }
        if let cut = shape.cut, sent >= cut { throw Shape.closed }
        try await inner.finish(trailingHeaders)
    }
}

/// A request's body on its way in.
private struct ShapedBody: AsyncSequence, Sendable {
    let base: RequestBody
    let shape: Shape

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator
        let shape: Shape
        var received: Int64 = 0

        mutating func next() async throws -> ByteBuffer? {
            if let cut = shape.cut, received >= cut { throw Shape.closed }
            guard let buffer = try await base.next() else { return nil }
            received += Int64(buffer.readableBytes)
            try await shape.pace(buffer.readableBytes)
            return buffer
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), shape: shape) }
}
