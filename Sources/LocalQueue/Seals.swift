import JSON
import Platform

/// Texts that stand for a right for a while, which only we can have made; they outlive the process.
extension LocalQueue {
    /// `END.SIGNATURE` for a right.
    /// - Parameter right: what it is good for, in any words.
    public func seal(_ right: String, seconds: Double) throws -> String {
        let end = Int64(Timestamp.now.seconds + min(max(seconds, 0), 1e9))
        return "\(end).\(try webhookKey.sign("\(right)\n\(end)"))"
    }

    /// Whether a text is a seal of this right whose time is not over.
    public func isSeal(_ text: String, of right: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let end = Int64(parts[0]), Double(end) > Timestamp.now.seconds,
            let signature = try? webhookKey.sign("\(right)\n\(end)")
        else { return false }
        return Secret.isSame(parts[1], signature)
    }
}

/// Comparing what must not be guessed.
public enum Secret {
    /// The time that it takes does not tell how much of the secret was right.
    public static func isSame(_ given: String, _ wanted: String) -> Bool {
        let given = Array(given.utf8)
        let wanted = Array(wanted.utf8)
        var difference = UInt8(given.count == wanted.count ? 0 : 1)
        for (index, byte) in wanted.enumerated() { difference |= byte ^ (index < given.count ? given[index] : 0) }
        return difference == 0
    }
}
