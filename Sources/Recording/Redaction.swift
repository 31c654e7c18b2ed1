import JSON
import JSONRPC
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
    private let names: SecretNames
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

    public init(_ rules: Rules) {
        self.rules = rules
        names = SecretNames(rules)
    }

    /// Masks what is secret. What turns out to be no JSON, or is longer than people write, is no message any more, and
    /// is masked more freely.
    public mutating func redact(_ piece: inout WireSplitter.Piece) {
        if let message = piece.message, !piece.bytes.withUnsafeBytes({ Self.isJSON(.init(rebasing: $0[message])) }) {
            piece.message = nil
        }
        redact(&piece.bytes, message: piece.message)
    }

    private mutating func redact(_ bytes: inout [UInt8], message: Range<Int>?) {
        let current = self
        var (found, secrets) = bytes.withUnsafeBytes { all in
            var scan = Scan(
                names: current.names, guarded: current.rules.guarded, known: current.find, bytes: all,
                isFree: message == nil
            )
            if let message {
                scan.read(message)
                // Headers and blanks around it, or what was taken for such.
                scan.isFree = true
                scan.inspect(0..<message.lowerBound)
                scan.inspect(message.upperBound..<all.count)
            } else {
                scan.read(0..<all.count)
                scan.inspect(0..<all.count)
            }
            return (scan.found + current.find(all), scan.secrets)
        }
        if found.isEmpty { return }
        found = Self.joined(found)
        for range in found { Self.mask(&bytes, range) }
        secrets.removeAll { $0.count < Self.minLearned || learned.contains($0) }
        learned += secrets.prefix(Self.maxLearned - learned.count)
    }

    /// As above, of a text that stands alone: an argument, a variable.
    public mutating func redact(_ text: String, name: String = "") -> String {
        var bytes = Array(text.utf8)
        if names.isSecret(Array(name.utf8)) { Self.mask(&bytes, 0..<bytes.count) } else { redact(&bytes, message: nil) }
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
