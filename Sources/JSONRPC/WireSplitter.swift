/// Cuts the bytes of one direction into messages with what stands around them, and loses none: the pieces put together
/// are the stream.
///
/// It reads as the server does, so that a piece ends where the server found the end of a frame.
public struct WireSplitter: Sendable {
    /// Some bytes of a stream.
    public struct Piece: Sendable, Equatable {
        public var bytes: [UInt8]
        /// Where among them the message is; nil where they are none: rubbish, or too much.
        public var message: Range<Int>?

        public init(_ bytes: [UInt8], message: Range<Int>?) {
            self.bytes = bytes
            self.message = message
        }
    }

    private let maxBytes: Int
    private var reader: FrameReader
    /// What the reader has not given back, as it came.
    private var pending: [UInt8] = []

    /// What is no message is given away in pieces of about this size.
    private static let maxRubbish = 64 << 10
    /// Of these the last bytes may wait for more, so that no word is cut in two.
    private static let maxWord = 8 << 10

    /// - Parameter maxBytes: of one message; what is longer is none.
    public init(framing: Framing? = nil, maxBytes: Int) {
        self.maxBytes = maxBytes
        reader = FrameReader(framing: framing, maxBytes: maxBytes)
    }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) -> [Piece] {
        pending.append(contentsOf: bytes)
        reader.append(bytes)
        var pieces: [Piece] = []
        var given = 0
        while let frame = reader.next() { cut(frame, &given, &pieces) }
        let passed = pending.count - reader.unread
        if passed - given > Self.maxRubbish {
            let end = Self.wordEnd(pending, before: passed, after: given)
            pieces.append(Piece(Array(pending[given..<end]), message: nil))
            given = end
        }
        if given > 0 { pending.removeSubrange(..<given) }
        return pieces
    }

    /// What is left when the stream has ended, or has a hole; what comes after it is read from anew.
    public mutating func finish() -> [Piece] {
        var pieces: [Piece] = []
        var given = 0
        while let frame = reader.finish() { cut(frame, &given, &pieces) }
        if given < pending.count { pieces.append(Piece(Array(pending[given...]), message: nil)) }
        pending = []
        reader = FrameReader(framing: reader.framing, maxBytes: maxBytes)
        return pieces
    }

    private func cut(_ frame: FrameReader.Frame, _ given: inout Int, _ pieces: inout [Piece]) {
        let end = pending.count - reader.unread
        guard case .message(let range) = frame else {
            pieces.append(Piece(Array(pending[given..<end]), message: nil))
            given = end
            return
        }
        // The reader counts from a start of its own; both ends stand where it has just stopped.
        let upper = end - (reader.position - range.upperBound)
        pieces.append(Piece(Array(pending[given..<end]), message: (upper - range.count - given)..<(upper - given)))
        given = end
    }

    /// Where to cut rubbish: behind the last byte that ends a word, if there is one.
    private static func wordEnd(_ bytes: [UInt8], before end: Int, after start: Int) -> Int {
        let low = max(start, end - maxWord)
        return bytes[low..<end].lastIndex { $0 <= 0x20 || $0 == UInt8(ascii: ",") }.map { $0 + 1 } ?? end
    }
}
