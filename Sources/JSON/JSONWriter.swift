extension JSON {
    /// Appends the value as compact JSON: no blanks, members in their order, UTF-8 as it is, control
    /// characters escaped. The same value always gives the same bytes.
    public func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(literal: "null")
        case .bool(true): bytes.append(literal: "true")
        case .bool(false): bytes.append(literal: "false")
        case .int(let value): bytes.append(integer: value)
        case .decimal(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): bytes.append(quoted: text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in object.members {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                bytes.append(quoted: member.key)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The value as compact JSON bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    /// The value as compact JSON text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value with an indentation of two blanks a level, for people.
    public var prettyText: String {
        var text = ""
        writePretty(to: &text, indentation: 0)
        return text
    }

    private func writePretty(to text: inout String, indentation: Int) {
        let inner = String(repeating: "  ", count: indentation + 1)
        let outer = String(repeating: "  ", count: indentation)
        switch self {
        case .array(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? "," : "") + "\n" + inner
                element.writePretty(to: &text, indentation: indentation + 1)
            }
            text += "\n\(outer)]"
        case .object(let object) where !object.isEmpty:
            text += "{"
            for (index, member) in object.members.enumerated() {
                text += (index > 0 ? "," : "") + "\n" + inner + JSON.string(member.key).text + ": "
                member.value.writePretty(to: &text, indentation: indentation + 1)
            }
            text += "\n\(outer)}"
        default: text += self.text
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    fileprivate mutating func append(integer value: Int64) {
        if value >= 0, value < 10 { return append(UInt8(ascii: "0") + UInt8(value)) }
        // A sign and 19 digits at the most, from the last to the first.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { text in
            var start = text.count
            var rest = value.magnitude
            repeat {
                start -= 1
                text[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                start -= 1
                text[start] = UInt8(ascii: "-")
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    fileprivate mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        // A long one gets its room at once: growing by doubling would hold it twice and more.
        if text.utf8.count > 65_536 { reserveCapacity(count + text.utf8.count + 1_024) }
        var text = text
        text.withUTF8 { bytes in
            var copied = 0
            for index in 0..<bytes.count {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<index]))
                append(escaped: byte)
                copied = index + 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(literal: "\\\"")
        case UInt8(ascii: "\\"): append(literal: "\\\\")
        case 0x08: append(literal: "\\b")
        case 0x09: append(literal: "\\t")
        case 0x0A: append(literal: "\\n")
        case 0x0C: append(literal: "\\f")
        case 0x0D: append(literal: "\\r")
        default:
            append(literal: "\\u00")
            let digits: StaticString = "0123456789abcdef"
            append(digits.utf8Start[Int(byte >> 4)])
            append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
