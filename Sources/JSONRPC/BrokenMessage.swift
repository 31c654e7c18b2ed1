import JSON

/// What can still be learned from bytes that are not JSON.
enum BrokenMessage {
    /// The value of the member `id` of the outermost object, if it stands there whole; else null.
    ///
    /// A number counts only if something follows it: at the end of a cut message, 1 may have been 12.
    static func id(in bytes: UnsafeRawBufferPointer) -> JSON {
        var index = 0
        var depth = 0
        var isKey = false
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"):
                depth += 1
                isKey = depth == 1
                index += 1
            case UInt8(ascii: "["):
                // A list at the top is a batch, whose members' ids would say too little.
                if depth == 0 { return .null }
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: ","):
                isKey = depth == 1
                index += 1
            case UInt8(ascii: "\""):
                guard let end = endOfString(bytes, from: index) else { return .null }
                if depth == 1, isKey, bytes[index..<end].elementsEqual("\"id\"".utf8) {
                    return value(bytes, after: end)
                }
                isKey = false
                index = end
            default: index += 1
            }
        }
        return .null
    }

    private static func value(_ bytes: UnsafeRawBufferPointer, after start: Int) -> JSON {
        var index = start
        while index < bytes.count, bytes[index] == UInt8(ascii: ":") || bytes[index] <= 0x20 { index += 1 }
        guard index < bytes.count else { return .null }
        var end = index
        if bytes[index] == UInt8(ascii: "\"") {
            guard let close = endOfString(bytes, from: index) else { return .null }
            end = close
        } else {
            while end < bytes.count, !" ,}\t\r\n".utf8.contains(bytes[end]) { end += 1 }
            guard end < bytes.count else { return .null }
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[index..<end])
        if let plain = plain(text) { return plain }
        guard let id = try? JSON.parse(text) else { return .null }
        switch id {
        case .string, .int, .decimal: return id
        default: return .null
        }
    }

    /// An id that means what it says, byte by byte: read without jansson, which may be what has no memory.
    private static func plain(_ text: UnsafeRawBufferPointer) -> JSON? {
        if text.count > 1, text[0] == UInt8(ascii: "\"") {
            let inner = text[1..<(text.count - 1)]
            guard inner.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
            return .string(String(decoding: inner, as: UTF8.self))
        }
        guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1, text.count <= 18,
            text.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        return .int(text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) })
    }

    private static func endOfString(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}
