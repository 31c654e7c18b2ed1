import Glibc
import Platform

/// What one job may take of the machine.
public struct Limits: Sendable {
    /// Bytes of memory of an engine's own.
    public var engineMemory = Limits.mostOfTheMachine
    /// Bytes of any file that an engine writes.
    public var engineFile: Int64 = 4 << 30
    /// Seconds that an engine may say nothing for.
    public var engineSilence = 300.0
    /// Bytes of a video that is fetched.
    public var fetchBytes: Int64 = 1 << 30
    /// Seconds in which all of it must come.
    public var fetchTime = 300.0
    /// Seconds without a byte of it.
    public var fetchStall = 30.0

    public init() {}

    /// Three quarters of the memory that there is, or that the control group has: an engine that takes ever more is
    /// to fail before the kernel looks for somebody to end.
    private static var mostOfTheMachine: Int64 {
        var all = Int64(sysconf(CInt(_SC_PHYS_PAGES))) * Int64(sysconf(CInt(_SC_PAGESIZE)))
        if let bytes = try? Files.read("/sys/fs/cgroup/memory.max", limit: 64),
            let group = Int64(String(decoding: bytes, as: UTF8.self).trimmingBlanks())
        {
            all = min(all, group)
        }
        return all / 4 * 3
    }
}
