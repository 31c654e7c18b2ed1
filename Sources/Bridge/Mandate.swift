import JSON
import JSONRPC
import Platform

/// On whose behalf a call is made that is not the caller's own wish, and what it may do: a model holds the pen.
///
/// As a call's context it makes the methods careful: files are read and written in its roots alone, hidden files and
/// such as keys are kept in are left alone, nothing that exists is replaced, no URL may lead to this machine or a
/// private network, and a job is written into the journal with who asked for it.
public struct Mandate: Sendable {
    /// Absolute, links resolved.
    public var roots: [String]
    /// For the journal.
    public var askedBy: JSON
    /// Jobs of all mandates of the state folder within an hour.
    public var jobsPerHour: Int?

    public init(roots: [String], askedBy: JSON, jobsPerHour: Int?) {
        self.roots = roots
        self.askedBy = askedBy
        self.jobsPerHour = jobsPerHour
    }
}

extension Mandate {
    /// The real path of a file that may be read.
    public func readable(_ path: String) -> String? { try? Roots(folders: roots, isCareful: true).readable(path) }
}

extension Call {
    var mandate: Mandate? { context as? Mandate }
}

/// Files that hold secrets, by their names and their first bytes.
enum SecretFiles {
    /// Why a file below a root is left alone; nil where nothing speaks against it.
    /// - Parameter steps: the names from the root to the file, each of which may be why.
    static func objection(to steps: some Sequence<Substring>) -> String? {
        for step in steps where step.hasPrefix(".") { return "'\(step)' is hidden" }
        guard let name = Array(steps).last.map({ $0.lowercased() }) else { return nil }
        let isSecret = prefixes.contains(where: name.hasPrefix) || suffixes.contains(where: name.hasSuffix)
            || names.contains(name)
        return isSecret ? "'\(name)' looks like a key or a password" : nil
    }

    /// Whether a file begins as one with a key in it does, whatever its name.
    static func isKey(_ start: some Sequence<UInt8>) -> Bool {
        starts.contains { start.starts(with: $0.utf8) }
    }

    private static let prefixes = [
        "id_", "credential", "secret", "passwd", "password", "service-account", "service_account",
    ]
    private static let suffixes = [
        ".pem", ".key", ".p12", ".pfx", ".p8", ".ppk", ".jks", ".keystore", ".kdb", ".kdbx", ".asc", ".gpg", ".pgp",
        ".env", ".netrc", ".ovpn", ".tfstate", ".htpasswd", "_history",
    ]
    private static let names: Set<String> = ["_netrc", "shadow", "authorized_keys", "known_hosts", "auth.json", "token"]
    private static let starts = [
        "-----BEGIN ", "PuTTY-User-Key-File", "ssh-rsa ", "ssh-ed25519 ", "age-encryption.org/",
    ]
}
