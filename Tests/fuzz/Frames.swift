@testable import JSONRPC

/// However the bytes are cut, the frames are the same, none is larger than it may be, and a good message that follows
/// in the framing of the stream is found.
///
/// The first byte of an input says which framing is forced and how large a message may be, the second how it is cut.
func frames(_ input: [UInt8]) {
    guard input.count >= 2 else { return }
    let framing: Framing? = [nil, .lines, .headers, nil][Int(input[0] & 3)]
    let limit = 60 + Int(input[0] >> 2) * 4
    let stream = Array(input[2...])
    let whole = FrameLog(stream, framing: framing, limit: limit) { $0 }
    var seed = UInt32(input[1])
    let cut = FrameLog(stream, framing: framing, limit: limit) { left in
        seed = seed &* 1_664_525 &+ 1_013_904_223
        return min(left, input[1] == 0 ? 1 : 1 + Int(seed >> 24) % (1 + Int(input[1] & 63)))
    }
    guard whole.frames == cut.frames else {
        broken("cut, the frames differ:\n\(whole.frames)\n\(cut.frames)")
    }
    let good = Array(#"{"jsonrpc":"2.0","id":"good","method":"ping"}"#.utf8)
    for isCut in [false, true] {
        var reader = FrameReader(framing: framing, maxBytes: limit, maxHeaderLine: FrameLog.maxHeaderLine)
        var log = FrameLog()
        log.feed(&reader, stream) { isCut ? 1 : $0 }
        var more: [UInt8] = Array("\r\n\r\n".utf8)
        if reader.framing == .headers { more += Array("Content-Length: \(good.count)\r\n\r\n".utf8) }
        more += good
        if reader.framing != .headers { more.append(0x0A) }
        log.feed(&reader, more) { isCut ? 1 : $0 }
        guard log.frames.last == .message(good) else { broken("a good message is not found: \(log.frames)") }
    }
}

private struct FrameLog {
    enum Entry: Equatable, CustomStringConvertible {
        case message([UInt8])
        case fault(FrameReader.Fault)

        var description: String {
            switch self {
            case .message(let bytes): shown(bytes)
            case .fault(let fault): "\(fault)"
            }
        }
    }

    static let maxHeaderLine = 100
    var frames: [Entry] = []

    init() {}

    init(_ stream: [UInt8], framing: Framing?, limit: Int, piece: (Int) -> Int) {
        var reader = FrameReader(framing: framing, maxBytes: limit, maxHeaderLine: Self.maxHeaderLine)
        feed(&reader, stream, piece: piece)
        while let frame = reader.finish() { take(frame, &reader) }
        for case .message(let bytes) in frames where bytes.count > limit {
            broken("a message of \(bytes.count) where \(limit) is the limit")
        }
    }

    mutating func feed(_ reader: inout FrameReader, _ stream: [UInt8], piece: (Int) -> Int) {
        var index = 0
        while index < stream.count {
            let end = index + piece(stream.count - index)
            stream[index..<end].withUnsafeBytes { reader.append($0) }
            index = end
            while let frame = reader.next() { take(frame, &reader) }
        }
    }

    private mutating func take(_ frame: FrameReader.Frame, _ reader: inout FrameReader) {
        switch frame {
        case .message(let range): frames.append(.message(reader.withBytes(range) { Array($0) }))
        case .malformed(let fault): frames.append(.fault(fault))
        }
    }
}
