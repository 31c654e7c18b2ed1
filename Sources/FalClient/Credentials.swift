import JSON
import Platform

/// A key of fal's. It never shows itself: not in a description, not in a dump.
public struct Credentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let key: String

    /// - Returns: nil for what no header can carry.
    public init?(_ key: String) {
        guard !key.isEmpty, key.utf8.count <= 4_096, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.key = key
    }

    /// The value of `Authorization`.
    var header: String { "Key \(key)" }

    /// Whether it has the form of fal's keys, `id:secret`.
    public var hasTwoParts: Bool { !secret.isEmpty && !key.hasPrefix(":") }

    /// The first four characters, for people who have several.
    public var masked: String { "\(key.prefix(4))…" }
    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// `text` without the key or its secret half, should somebody have sent it back to us.
    public func masking(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let isFound = [Array(key.utf8), secret].reduce(false) { Self.replace($1, in: &bytes, by: masked) || $0 }
        return isFound ? String(decoding: bytes, as: UTF8.self) : text
    }

    /// `json` with every string in it masked, the names of members too.
    public func masking(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(masking(text))
        case .array(let elements): .array(elements.map { masking($0) })
        case .object(let object): .object(masking(object))
        case .null, .bool, .int, .decimal: json
        }
    }

    public func masking(_ object: JSONObject) -> JSONObject {
        var result = JSONObject()
        for member in object { result[masking(member.key)] = masking(member.value) }
        return result
    }

    /// Where the key stands in `bytes`, or its secret half.
    public func places(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for needle in [Array(key.utf8), secret] where needle.count >= Self.minBytes {
            found += bytes.ranges(of: needle)
        }
        return found
    }

    /// What follows the first colon.
    private var secret: [UInt8] { Array(key.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()) }

    /// Shorter ones would be found in words that have nothing to do with them.
    private static let minBytes = 8

    private static func replace(_ needle: [UInt8], in bytes: inout [UInt8], by mask: String) -> Bool {
        guard needle.count >= minBytes, bytes.count >= needle.count else { return false }
        var result: [UInt8] = []
        var index = 0
        var isFound = false
        while index < bytes.count {
            if bytes[index] == needle[0], bytes[index...].starts(with: needle) {
                result += mask.utf8
                index += needle.count
                isFound = true
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        if isFound { bytes = result }
        return isFound
    }
}
