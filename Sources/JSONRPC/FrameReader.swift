import Glibc

/// Cuts a byte stream into messages, in either framing, and finds the next message again whatever arrives.
///
/// Feed it with `append`, then call `next` until it gives nil. It never waits, and holds at most one message
/// of `maxBytes` and what came in with it.
struct FrameReader: Sendable {
    enum Frame: Equatable {
        /// The bytes of one message, as a range for `withBytes`; valid until the next call of any other method.
        case message(Range<Int>)
        /// Something that is no frame. What comes after it is read as usual.
        case malformed(Fault)
    }

    enum Fault: Equatable {
        case noContentLength
        case badContentLength(String)
        case notAHeader(String)
        case tooLarge(limit: Int)
        case truncated
    }

    /// Set by the first byte that is not blank and no byte order mark, unless it was forced.
    private(set) var framing: Framing?
    private let maxBytes: Int
    private var buffer: [UInt8] = []
    /// The bytes before it are done with.
    private var start = 0
    /// From `start` to here there is no newline; or, in `scanner`'s care, the value has not ended.
    private var scanned = 0
    private var state = State.frameStart
    private var scanner = ValueScanner(endsWithLine: false)
    /// One complaint is enough for a run of rubbish; a blank line or a message ends the run.
    private var inRubbish = false
    /// In lines: somebody speaks the other framing, so a message may be followed by a header without a newline.
    private var sawHeaderInLines = false

    private enum State {
        case frameStart
        /// Inside a block of headers; the length is nil until it was seen.
        case headers(length: Int?)
        /// A body of so many bytes, if the header told the truth.
        case body(Int)
        /// A value that is told apart by its brackets.
        case value
        /// A value that is too large: its bytes are dropped until its brackets close.
        case dropValue
        /// A line that is too large: its bytes are dropped until it ends.
        case dropLine
    }

    /// A header line, or a run of rubbish before the next newline, at most.
    private let maxHeaderLine: Int
    /// The buffer is given back when it is larger than this and empty.
    private static let keptCapacity = 1 << 20

    init(framing: Framing? = nil, maxBytes: Int, maxHeaderLine: Int = 8_192) {
        self.framing = framing
        self.maxBytes = maxBytes
        self.maxHeaderLine = maxHeaderLine
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            scanned -= start
            start = 0
        } else if start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Bytes that came in and are not done with.
    var unread: Int { buffer.count - start }

    /// Where the unread bytes begin, as the ranges of frames count.
    var position: Int { start }

    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The next frame; nil when more bytes are needed.
    mutating func next() -> Frame? {
        while true {
            switch step() {
            case .again: continue
            case .need:
                if start == buffer.count, buffer.capacity > Self.keptCapacity {
                    consume(to: 0)
                    buffer = []
                }
                return nil
            case .give(let frame): return frame
            }
        }
    }

    /// What is left when the stream has ended: a last line without a newline, or a broken frame.
    mutating func finish() -> Frame? {
        if let frame = next() { return frame }
        skipBlanks()
        guard start < buffer.count else { return nil }
        let rest = start..<(buffer.last == UInt8(ascii: "\r") ? buffer.count - 1 : buffer.count)
        start = buffer.count
        scanned = start
        switch state {
        case .dropLine, .dropValue: return nil
        // A body that is cut off may still show its id.
        case .frameStart where framing == .lines, .value,
            .body where opensValue(at: rest.lowerBound):
            return rest.count <= maxBytes ? .message(rest) : .malformed(.tooLarge(limit: maxBytes))
        default: return inRubbish ? nil : .malformed(.truncated)
        }
    }

    private func opensValue(at index: Int) -> Bool {
        index < buffer.count && (buffer[index] == UInt8(ascii: "{") || buffer[index] == UInt8(ascii: "["))
    }

    private enum Step {
        case again
        case need
        case give(Frame)
    }

    private mutating func step() -> Step {
        switch state {
        case .frameStart:
            skipBlanks()
            guard start < buffer.count else { return .need }
            if buffer[start] == 0xEF, buffer.count - start < 3 { return .need }
            if framing == nil { framing = opensValue(at: start) ? .lines : .headers }
            if framing == .lines, !sawHeaderInLines { return line() }
            if opensValue(at: start) { return beginValue(.value) }
            if framing == .lines { return line() }
            state = .headers(length: nil)
            return .again
        case .headers(let length): return header(length)
        case .body(let length): return body(length)
        case .value: return value()
        case .dropValue: return dropValue()
        case .dropLine:
            guard let newline = newline() else {
                dropAll()
                return .need
            }
            consume(to: newline + 1)
            state = .frameStart
            return .again
        }
    }

    // MARK: Lines

    private mutating func line() -> Step {
        guard let newline = newline() else {
            // A CR at the end may belong to the newline.
            let certain = buffer.count - start - (buffer.last == UInt8(ascii: "\r") ? 1 : 0)
            guard certain > maxBytes else { return .need }
            dropAll()
            state = .dropLine
            return .give(.malformed(.tooLarge(limit: maxBytes)))
        }
        let range = start..<endOfLine(newline)
        consume(to: newline + 1)
        guard range.count <= maxBytes else { return .give(.malformed(.tooLarge(limit: maxBytes))) }
        if !Self.isWholeValue(buffer[range]), Self.contentLength(in: buffer[range]) != nil { sawHeaderInLines = true }
        return .give(.message(range))
    }

    /// Before the newline and the one CR that may belong to it.
    private func endOfLine(_ newline: Int) -> Int {
        newline > start && buffer[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
    }

    // MARK: Headers

    private mutating func header(_ length: Int?) -> Step {
        if opensValue(at: start) { return beginValue(.value) }
        let newline = newline()
        guard let newline, newline - start <= maxHeaderLine else {
            guard buffer.count - start > maxHeaderLine else { return .need }
            // However much of it has come, it is dropped to its end.
            if newline == nil { dropAll() }
            state = .dropLine
            return complain(.notAHeader("a line of more than \(maxHeaderLine) bytes"))
        }
        let text = buffer[start..<endOfLine(newline)]
        if text.isEmpty {
            consume(to: newline + 1)
            guard let length else {
                state = .frameStart
                defer { inRubbish = false }
                return complain(.noContentLength)
            }
            if length > maxBytes {
                // Whatever the header says, the brackets tell where the message ends.
                _ = beginValue(.dropValue)
                inRubbish = true
                return .give(.malformed(.tooLarge(limit: maxBytes)))
            }
            return beginValue(.body(length))
        }
        if let (offset, value) = Self.contentLength(in: text) {
            let isClean = offset == text.startIndex
            consume(to: newline + 1)
            guard let number = Self.length(value) else {
                state = .frameStart
                let text = String(decoding: value.drop(while: Self.isBlank).prefix(40), as: UTF8.self)
                return complain(.badContentLength(text))
            }
            state = .headers(length: number)
            return isClean ? .again : complain(.notAHeader(String(decoding: text[..<offset].prefix(40), as: UTF8.self)))
        }
        let isHeader = Self.isHeader(text)
        let shown = String(decoding: text.prefix(40), as: UTF8.self)
        consume(to: newline + 1)
        if isHeader {
            state = .headers(length: length)
            return .again
        }
        state = length == nil ? .frameStart : .headers(length: length)
        return complain(.notAHeader(shown))
    }

    private mutating func complain(_ fault: Fault) -> Step {
        if inRubbish { return .again }
        inRubbish = true
        return .give(.malformed(fault))
    }

    /// The brackets are counted even where the header's length is plausible: a length that is too large must not make
    /// the answer wait for the next message, nor take that one with it.
    private mutating func body(_ length: Int) -> Step {
        let available = buffer.count - start
        switch scanOn(to: min(buffer.count, start + length)) {
        case .closed(let end): return give(start..<end)
        case .broken(let end): return giveBroken(end)
        case .noValue:
            // A body that opens no value is no message: what follows is looked at as if no header had come.
            consume(to: start)
            state = .frameStart
            return complain(.badContentLength("\(length), with a body that is neither object nor array"))
        case .open:
            guard available >= length else { return .need }
            inRubbish = true
            return give(start..<(start + length), endsRubbish: false)
        }
    }

    // MARK: Values told apart by their brackets

    private mutating func beginValue(_ next: State) -> Step {
        scanner = ValueScanner(endsWithLine: framing == .lines)
        scanned = start
        state = next
        return .again
    }

    private mutating func value() -> Step {
        let step = scanOn(to: buffer.count)
        switch step {
        case .closed(let end), .broken(let end), .noValue(let end):
            guard end - start <= maxBytes else {
                consume(to: end)
                state = .frameStart
                return .give(.malformed(.tooLarge(limit: maxBytes)))
            }
            if case .broken = step { return giveBroken(end) }
            return give(start..<end)
        case .open:
            guard buffer.count - start - scanner.undecided > maxBytes else { return .need }
            dropScanned()
            state = .dropValue
            return .give(.malformed(.tooLarge(limit: maxBytes)))
        }
    }

    private mutating func dropValue() -> Step {
        switch scanOn(to: buffer.count) {
        case .closed(let end), .broken(let end), .noValue(let end):
            consume(to: end)
            state = .frameStart
            return .again
        case .open:
            dropScanned()
            return .need
        }
    }

    private mutating func scanOn(to end: Int) -> ValueScanner.Step {
        let from = scanned
        scanned = end
        return buffer.withUnsafeBytes { scanner.scan($0, from: from, to: end) }
    }

    /// All but what may be the beginning of the next message.
    private mutating func dropScanned() { start = buffer.count - scanner.undecided }

    // MARK: The buffer

    private mutating func give(_ range: Range<Int>, endsRubbish: Bool = true) -> Step {
        consume(to: range.upperBound)
        state = .frameStart
        if endsRubbish { inRubbish = false }
        return .give(.message(range))
    }

    /// Where a newline ended it, that belongs to it: whoever cuts the stream where frames end would wait for it else.
    private mutating func giveBroken(_ end: Int) -> Step {
        let range = start..<end
        defer { if end < buffer.count, buffer[end] == UInt8(ascii: "\n") { consume(to: end + 1) } }
        return give(range)
    }

    private mutating func consume(to index: Int) {
        start = index
        scanned = index
    }

    private mutating func dropAll() { consume(to: buffer.count) }

    /// Blanks, newlines and byte order marks before a frame.
    private mutating func skipBlanks() {
        var index = start
        while index < buffer.count {
            if Self.isBlank(buffer[index]) {
                index += 1
            } else if buffer[index] == 0xEF, buffer.count - index >= 3, buffer[index + 1] == 0xBB,
                buffer[index + 2] == 0xBF
            {
                index += 3
            } else {
                break
            }
        }
        if index != start { consume(to: index) }
    }

    private mutating func newline() -> Int? {
        let from = max(scanned, start)
        let found: Int? = buffer.withUnsafeBytes { bytes in
            guard from < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + from, 0x0A, bytes.count - from).map { UnsafeRawPointer($0) - base }
        }
        if found == nil { scanned = buffer.count }
        return found
    }

    // MARK: Header text

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Whether a line is what a message looks like, from end to end, so that no header need be looked for in it.
    private static func isWholeValue(_ line: ArraySlice<UInt8>) -> Bool {
        switch (line.first, line.last) {
        case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")): true
        default: false
        }
    }

    /// Where `Content-Length:` begins in a line, in any case and with rubbish before it, and its value.
    private static func contentLength(in line: ArraySlice<UInt8>) -> (offset: Int, value: ArraySlice<UInt8>)? {
        let name = Array("content-length".utf8)
        guard line.count > name.count else { return nil }
        var index = line.startIndex
        while index + name.count < line.endIndex {
            if line[index] | 0x20 == name[0],
                line[index..<(index + name.count)].elementsEqual(name, by: { $0 | 0x20 == $1 | 0x20 })
            {
                var colon = index + name.count
                while colon < line.endIndex, isBlank(line[colon]) { colon += 1 }
                if colon < line.endIndex, line[colon] == UInt8(ascii: ":") {
                    return (index, line[(colon + 1)...])
                }
            }
            index += 1
        }
        return nil
    }

    /// Decimal digits between blanks; nil for anything else, and for what is beyond any message.
    private static func length(_ value: ArraySlice<UInt8>) -> Int? {
        let digits = value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        guard !digits.isEmpty, digits.count <= 15 else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }

    /// `Name: value` with a name of RFC 9110's token characters.
    private static func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return false }
        return line[..<colon].allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
