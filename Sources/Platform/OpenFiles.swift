import Glibc

/// How many files and connections the process may have open.
public enum OpenFiles {
    /// As many as the system lets us have, up to this.
    private static let wanted: rlim_t = 65_536

    /// Raises the limit. The usual 1,024 are fewer than what a thousand calls at once need for files and connections.
    public static func raiseLimit() {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        setrlimit(files, &limit)
    }
}
