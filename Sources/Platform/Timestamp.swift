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
}
