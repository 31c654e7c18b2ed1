import Glibc

/// A text that tells one process of this machine from all others, dead ones included.
public enum ProcessIdentity {
    /// Of this process.
    public static let current = "\(getpid()):\(startTime(of: getpid()) ?? 0)"

    /// Whether the process that gave itself this identity is still there.
    public static func isAlive(_ identity: String) -> Bool {
        let parts = identity.split(separator: ":").map { UInt64($0) }
        guard parts.count == 2, let pid = parts[0].flatMap({ pid_t(exactly: $0) }), pid > 0 else { return false }
        return startTime(of: pid) == parts[1]
    }

    /// In the kernel's ticks since the machine's start: a process id is given out again, but not at the same time.
    private static func startTime(of pid: pid_t) -> UInt64? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 65_536),
            // The program's name, in parentheses, may hold anything.
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
        // The third field of all is the first after the name; the start time is the twenty-second.
        guard fields.count > 19 else { return nil }
        // A zombie holds nothing any more.
        guard fields[0].first != UInt8(ascii: "Z") else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}
