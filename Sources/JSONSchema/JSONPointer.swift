import JSON

/// A JSON Pointer's tokens (RFC 6901).
enum JSONPointer {
    /// Nil for a text that is no pointer.
    static func tokens(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(unescape)
    }

    /// The part of `value` that a token names.
    static func step(_ value: JSON, _ token: String) -> JSON? {
        switch value {
        case .object(let object): return object[token]
        case .array(let elements):
            let isIndex = token == "0" || !token.hasPrefix("0") && token.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            guard isIndex, let index = Int(token), elements.indices.contains(index) else { return nil }
            return elements[index]
        default: return nil
        }
    }

    /// A key as a token.
    static func escape(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        return key.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func unescape(_ token: Substring) -> String {
        guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
        var result = String.UnicodeScalarView()
        var rest = token.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "~", let next = rest.first, next == "0" || next == "1" {
                result.append(next == "0" ? "~" : "/")
                rest.removeFirst()
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension JSON {
    /// The value at a JSON Pointer (RFC 6901), nil where there is none.
    public func value(at pointer: String) -> JSON? {
        guard let tokens = JSONPointer.tokens(pointer) else { return nil }
        var value = self
        for token in tokens {
            guard let next = JSONPointer.step(value, token) else { return nil }
            value = next
        }
        return value
    }
}
