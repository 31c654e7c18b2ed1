import Glibc

/// A point on the monotonic clock, in nanoseconds since some fixed start.
public struct Instant: Sendable, Comparable, Hashable {
    public let nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static var now: Instant {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// The instant `seconds` after this one; what is negative counts as 0, what is absurd as a century.
    public func advanced(bySeconds seconds: Double) -> Instant {
        Instant(nanoseconds: nanoseconds &+ UInt64(seconds.boundedSeconds * 1_000_000_000))
    }

    /// Seconds from `other` to this instant; negative if `other` is later.
    public func seconds(since other: Instant) -> Double {
        nanoseconds >= other.nanoseconds
            ? Double(nanoseconds - other.nanoseconds) / 1e9
            : -Double(other.nanoseconds - nanoseconds) / 1e9
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    var timespec: Glibc.timespec {
        Glibc.timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
