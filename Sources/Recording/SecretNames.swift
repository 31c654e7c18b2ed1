import Platform

/// Which names say that what bears them is a secret. By bytes, as every name of every message is asked about.
struct SecretNames: Sendable {
    private let parts: [[UInt8]]
    private let names: [[UInt8]]
    private let endings: [[UInt8]]
    private let harmless: [[UInt8]]
    private let shownHeaders: [[UInt8]]

    /// Whose value is a secret whatever is written around it.
    private static let headers = ["authorization", "cookie"].map { Array($0.utf8) }
    /// Bytes of a name; a longer one is none.
    static let maxBytes = 64

    init(_ rules: Redaction.Rules) {
        func bytes(_ texts: some Sequence<String>) -> [[UInt8]] { texts.map { Array($0.utf8) } }
        parts = bytes(rules.parts)
        names = bytes(rules.names)
        endings = bytes(rules.endings)
        harmless = bytes(rules.harmless)
        shownHeaders = bytes(rules.shownHeaders)
    }

    func isSecret(_ name: some Collection<UInt8>) -> Bool { isSecret(plain: Self.plain(name)) }

    /// Whether it is known for a name that says nothing of the kind.
    func isHarmless(_ name: some Collection<UInt8>) -> Bool {
        let plain = Self.plain(name)
        return harmless.contains(plain) || shownHeaders.contains { plain.starts(with: $0) }
    }

    func isShownHeader(_ name: some Collection<UInt8>) -> Bool {
        let plain = Self.plain(name)
        return !isSecret(plain: plain) && shownHeaders.contains { plain.starts(with: $0) }
    }

    /// Whether it is a header that holds nothing but a secret, whatever else stands in the text.
    func isHeader(_ name: some Collection<UInt8>) -> Bool {
        let plain = Self.plain(name)
        return Self.headers.contains { plain.suffix($0.count).elementsEqual($0) }
    }

    private func isSecret(plain: [UInt8]) -> Bool {
        // None of them is shorter than three letters.
        guard plain.count >= 3, !harmless.contains(plain) else { return false }
        if names.contains(plain) { return true }
        if endings.contains(where: { plain.suffix($0.count).elementsEqual($0) }) { return true }
        return plain.withUnsafeBytes { plain in parts.contains { !plain.ranges(of: $0).isEmpty } }
    }

    /// Lower case, without `-`, `_` and `.`; nothing for what is too long.
    private static func plain(_ name: some Collection<UInt8>) -> [UInt8] {
        guard name.count <= maxBytes else { return [] }
        var plain: [UInt8] = []
        plain.reserveCapacity(name.count)
        for byte in name where byte != 0x2D && byte != 0x5F && byte != 0x2E {
            plain.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
        }
        return plain
    }
}
