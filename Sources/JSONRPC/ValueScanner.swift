/// Finds where a JSON object or array ends by its brackets and strings alone, in as many pieces as it comes in.
///
/// It is what lets the reader find the next message again after a header that lied about the length, or a message that
/// was cut: it also sees what no JSON value goes on over.
struct ValueScanner {
    enum Step: Equatable {
        /// The value ends before this offset.
        case closed(Int)
        /// No JSON value goes on over what stands at this offset: a raw newline inside a string, the header of another
        /// message, or a value on a line of its own where none may stand.
        case broken(Int)
        /// What stands at this offset opens no object and no array.
        case noValue(Int)
        case open
    }

    /// Whether a newline ends the value wherever it stands: a message a line.
    private let endsWithLine: Bool
    private var depth = 0
    private var inString = false
    private var afterBackslash = false
    /// The last bytes outside of strings, blanks left out, let a value begin.
    private var mayOpen = true
    private var afterNewline = false
    /// How much of `header` the last bytes are.
    private var matched = 0

    /// What begins the next message, in small letters; nothing like it stands in JSON outside of strings.
    private static let header = Array("content-length".utf8)

    init(endsWithLine: Bool) { self.endsWithLine = endsWithLine }

    /// The last bytes that may turn out to belong to the next message.
    var undecided: Int { matched }

    /// Looks at the bytes from `start` on; the next call goes on where this one ended.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Step {
        var index = start
        while index < end {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") {
                if inString || endsWithLine { return .broken(index - 1) }
                (afterNewline, matched) = (true, 0)
                continue
            }
            if inString {
                if afterBackslash {
                    afterBackslash = false
                } else if byte == UInt8(ascii: "\\") {
                    afterBackslash = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                matched = 0
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if afterNewline, !mayOpen { return .broken(index - 1) }
                depth += 1
                mayOpen = true
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return .closed(index) }
                mayOpen = false
            case UInt8(ascii: "\""):
                inString = true
                mayOpen = false
            default: mayOpen = byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
            }
            if depth <= 0 { return .noValue(index - 1) }
            afterNewline = false
            if isHeader(byte) { return .broken(index - matched) }
        }
        return .open
    }

    private mutating func isHeader(_ byte: UInt8) -> Bool {
        let small = byte | 0x20
        if small == Self.header[matched] {
            matched += 1
        } else {
            // "content-length" has its first letter nowhere else, so a match begins anew or not at all.
            matched = small == Self.header[0] ? 1 : 0
        }
        return matched == Self.header.count
    }
}
