/// A key of fal's. It never shows itself: not in a description, not in a dump.
public struct Credentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let key: String

    /// - Returns: nil for what no header can carry.
    public init?(_ key: String) {
        guard !key.isEmpty, key.utf8.count <= 4_096, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.key = key
    }

    /// The value of `Authorization`.
    var header: String { "Key \(key)" }

    /// The first four characters, for people who have several.
    public var masked: String { "\(key.prefix(4))…" }
    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// `text` without the key, should somebody have sent it back to us.
    public func masking(_ text: String) -> String {
        guard key.utf8.count >= 8, text.utf8.count >= key.utf8.count else { return text }
        var result = ""
        var rest = text[...]
        while let found = rest.firstIndex(where: { $0 == key.first }) {
            result += rest[..<found]
            rest = rest[found...]
            if rest.hasPrefix(key) {
                result += masked
                rest = rest.dropFirst(key.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }
}
