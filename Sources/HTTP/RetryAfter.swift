import Platform

/// The value of `Retry-After` (RFC 9110, 10.2.3).
public enum RetryAfter {
    private static let months = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12,
    ]
    private static let maxBytes = 64

    /// Seconds to wait; 0 for a time that is over.
    /// - Parameter value: seconds, of which we take fractions too, or a date in one of HTTP's three forms.
    /// - Returns: nil for anything else.
    public static func seconds(_ value: String, now: Timestamp = .now) -> Double? {
        let text = value.drop { $0 == " " || $0 == "\t" }
        guard text.utf8.count <= maxBytes, let first = text.utf8.first else { return nil }
        if (0x30...0x39).contains(first) { return number(text) }
        return date(text).map { max($0.seconds - now.seconds, 0) }
    }

    private static func number(_ text: Substring) -> Double? {
        let halves = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }),
            let seconds = Double(text), seconds.isFinite
        else { return nil }
        return seconds
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, or `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: Substring) -> Timestamp? {
        var words = text.split { " ,-\t".contains($0) }
        guard words.count >= 5 else { return nil }
        if words.count == 5 { words = [words[0], words[2], words[1], words[4], words[3], "GMT"] }
        guard words.count == 6, words[5] == "GMT", (1...2).contains(words[1].utf8.count), let day = UInt8(words[1]),
            let month = months[words[2].lowercased()], let year = UInt16(words[3])
        else { return nil }
        let century: UInt16 = words[3].utf8.count == 2 ? (year < 70 ? 2_000 : 1_900) : 0
        guard century > 0 || words[3].utf8.count == 4 else { return nil }
        func two(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Timestamp(iso8601: "\(year + century)-\(two(month))-\(two(day))T\(words[4])")
    }
}
