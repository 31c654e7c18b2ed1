import Glibc

/// A point in time as seconds since 1970-01-01T00:00:00Z, with its ISO 8601 form.
public struct Timestamp: Sendable, Comparable, Hashable {
    public let seconds: Double

    public init(seconds: Double) { self.seconds = seconds }

    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    /// `2026-11-22T10:20:30.123456`, in UTC; `zone` is appended as it is (`Z`, `+00:00` or nothing).
    public func iso8601(zone: String = "Z") -> String {
        let bounded = min(max(seconds, 0), 253_402_300_799)
        var whole = time_t(bounded.rounded(.down))
        // Half a microsecond up, since a double next to 1.7e9 seconds falls short of the digit that was meant.
        let micros = min(Int((bounded - Double(whole)) * 1_000_000 + 0.5), 999_999)
        var parts = tm()
        gmtime_r(&whole, &parts)
        func digits(_ value: Int32, _ width: Int) -> String { digits(Int(value), width) }
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
            + "T\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
            + ".\(digits(micros, 6))\(zone)"
    }

    /// Reads what `iso8601` writes: a date and a time with up to nine digits of a second; without a zone, or with
    /// `Z` or an offset such as `+02:00`.
    public init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int32? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int32 = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int32(byte - 0x30)
            }
            return value
        }
        func stands(_ character: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0..<4), stands("-", at: 4), let month = number(5..<7), stands("-", at: 7),
            let day = number(8..<10), stands("T", at: 10) || stands("t", at: 10) || stands(" ", at: 10),
            let hour = number(11..<13), stands(":", at: 13), let minute = number(14..<16), stands(":", at: 16),
            let second = number(17..<19), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var index = 19
        var fraction = 0.0
        if stands(".", at: index) {
            let end = bytes[(index + 1)...].firstIndex { $0 < 0x30 || $0 > 0x39 } ?? bytes.count
            guard (1...9).contains(end - index - 1),
                let value = Double("0." + String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
            else { return nil }
            fraction = value
            index = end
        }
        var offset = 0
        switch bytes[index...].count {
        case 0: break
        case 1 where stands("Z", at: index) || stands("z", at: index): break
        case 6 where stands(":", at: index + 3) && (stands("+", at: index) || stands("-", at: index)):
            guard let hours = number((index + 1)..<(index + 3)), let minutes = number((index + 4)..<(index + 6)),
                hours < 24, minutes < 60
            else { return nil }
            offset = Int(hours * 3_600 + minutes * 60) * (stands("-", at: index) ? -1 : 1)
        default: return nil
        }
        var parts = tm()
        parts.tm_year = year - 1_900
        parts.tm_mon = month - 1
        parts.tm_mday = day
        parts.tm_hour = hour
        parts.tm_min = minute
        parts.tm_sec = second
        self.init(seconds: Double(timegm(&parts) - offset) + fraction)
    }
}
