import JSON
import Platform

/// Takes secrets out of what went over a wire, byte by byte and without changing a length: lengths in headers and
/// places in errors stay true, and whatever was read is read the same way.
///
/// It works on the text, not on values: what is no JSON, or no longer, has secrets in it, too.
public struct Redaction: Sendable {
    /// What is a secret.
    public struct Rules: Sendable {
        /// Parts of the names of members, headers and variables whose values are secrets: lower case, without `-` and
        /// `_`.
        public var parts = [
            "authorization", "credential", "password", "passwd", "passphrase", "secret", "apikey", "accesskey",
            "privatekey", "cookie",
        ]
        /// Whole names, and their endings.
        public var names: Set<String> = ["auth", "jwt", "sig", "signature", "xamzsignature"]
        public var endings = ["token", "jwt"]
        /// Names that are none, whatever the above says.
        public var harmless: Set<String> = ["progresstoken"]
        /// Beginnings of the names of headers that are shown; those of all others are secrets in a member `headers`.
        public var shownHeaders = ["accept", "content", "date", "host", "retryafter", "useragent"]
        /// Methods whose params are secrets, with the members that are none.
        public var guarded: [String: Set<String>] = [:]
        /// Where secrets stand that are known.
        public var find: @Sendable (UnsafeRawBufferPointer) -> [Range<Int>] = { _ in [] }

        public init() {}
    }

    private let rules: Rules
    /// What stood where a secret belongs in a guarded method: from then on it is known.
    private var learned: [[UInt8]] = []

    /// Of `learned`.
    private static let maxLearned = 64
    /// Shorter ones would be found in words that have nothing to do with them.
    private static let minLearned = 8

    /// Bytes of a message that is looked at as JSON.
    private static let maxParsed = 1 << 20

    /// What a secret is replaced by; a longer one is filled up with `x`, a shorter one is `x` alone.
    public static let mask = "[redacted]"

    public init(_ rules: Rules) { self.rules = rules }

    /// Masks what is secret.
    /// - Parameter message: where the message is; nil for what is none, which is masked more freely.
    public mutating func redact(_ bytes: inout [UInt8], message: Range<Int>?) {
        var found: [Range<Int>] = []
        var secrets: [[UInt8]] = []
        let current = self
        bytes.withUnsafeBytes { all in
            let isMessage = message.map { Self.isJSON(UnsafeRawBufferPointer(rebasing: all[$0])) } ?? false
            let body = isMessage ? message ?? 0..<0 : 0..<all.count
            var scan = Scan(rules: rules, known: current.find, bytes: all, isFree: !isMessage)
            scan.read(body)
            if isMessage {
                // Headers and blanks around it, or what was taken for such.
                scan.isFree = true
                scan.inspect(0..<body.lowerBound)
                scan.inspect(body.upperBound..<all.count)
            } else {
                scan.inspect(body)
            }
            (found, secrets) = (scan.found + current.find(all), scan.secrets)
        }
        for range in Self.joined(found) { Self.mask(&bytes, range) }
        for secret in secrets where secret.count >= Self.minLearned && learned.count < Self.maxLearned {
            if !learned.contains(secret) { learned.append(secret) }
        }
    }

    /// As above, of a text that stands alone: an argument, a variable.
    public mutating func redact(_ text: String, name: String = "") -> String {
        var bytes = Array(text.utf8)
        if rules.isSecret(name) { Self.mask(&bytes, 0..<bytes.count) } else { redact(&bytes, message: nil) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where known secrets stand: those of the rules, those that were learned, and what follows the colon of these.
    private func find(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var found = rules.find(bytes)
        for secret in learned {
            found += bytes.ranges(of: secret)
            let half = Array(secret.drop { $0 != UInt8(ascii: ":") }.dropFirst())
            if half.count >= Self.minLearned { found += bytes.ranges(of: half) }
        }
        return found
    }

    /// Ranges that overlap become one, so that each secret is masked once.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound < last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Whether it is an object or a list of JSON. What is longer than people write is not read for this alone, and
    /// masked more freely.
    private static func isJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first(where: { $0 > 0x20 }), "{[".utf8.contains(first) else { return false }
        return bytes.count <= maxParsed && (try? JSON.parse(bytes)) != nil
    }

    private static func mask(_ bytes: inout [UInt8], _ range: Range<Int>) {
        let mask = Array(Self.mask.utf8)
        // A control character stays: a line must end where it did, and be refused for what it was.
        for (offset, index) in range.enumerated() where bytes[index] >= 0x20 {
            bytes[index] = range.count >= mask.count && offset < mask.count ? mask[offset] : UInt8(ascii: "x")
        }
    }
}

extension Redaction.Rules {
    /// Whether what bears the name is a secret.
    func isSecret(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        let name = Self.plain(name)
        if name.isEmpty || harmless.contains(name) { return false }
        return names.contains(name) || endings.contains { name.hasSuffix($0) } || parts.contains { name.contains($0) }
    }

    /// Whether it is a header that holds nothing but a secret, whatever else stands in the text.
    func isHeader(_ name: String) -> Bool {
        let plain = Self.plain(name)
        return plain.hasSuffix("authorization") || plain.hasSuffix("cookie")
    }

    func isShownHeader(_ name: String) -> Bool {
        let plain = Self.plain(name)
        return !isSecret(name) && shownHeaders.contains { plain.hasPrefix($0) }
    }

    static func plain(_ name: String) -> String {
        String(decoding: name.utf8.filter { $0 != 0x2D && $0 != 0x5F && $0 != 0x2E }, as: UTF8.self).lowercased()
    }
}
