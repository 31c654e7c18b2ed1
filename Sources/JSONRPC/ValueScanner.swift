/// Finds where a JSON object or array ends by its brackets and strings alone, in as many pieces as it comes in.
///
/// It is what lets the reader find the next message again after a header that lied about the length.
struct ValueScanner {
    private var depth = 0
    private var inString = false
    private var afterBackslash = false

    enum Step {
        /// The value ends before this offset.
        case closed(Int)
        /// A raw newline at this offset, inside a string: no JSON value goes on over it.
        case broken(Int)
        case open
    }

    /// Looks at the bytes from `start` on; the next call goes on where this one ended.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Step {
        var index = start
        while index < end {
            let byte = bytes[index]
            index += 1
            if inString {
                if afterBackslash {
                    afterBackslash = false
                } else if byte == UInt8(ascii: "\\") {
                    afterBackslash = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                } else if byte == UInt8(ascii: "\n") {
                    return .broken(index - 1)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return .closed(index) }
            default: break
            }
        }
        return .open
    }
}
