/// `HOST[:PORT]` that leads to this machine, written in a way that leaves no doubt of it.
public struct Loopback: Sendable, Equatable {
    /// `localhost`, `[::1]` or `127.…` in four numbers, in lower case.
    public let host: String
    /// What follows the colon, where there is one.
    public let port: UInt16?

    /// - Returns: nil for what leads elsewhere, or may.
    public init?(_ authority: some StringProtocol) {
        let text = authority.lowercased()
        let host = text.hasPrefix("[::1]") ? "[::1]" : String(text.prefix { $0 != ":" })
        let rest = text.dropFirst(host.count)
        guard Self.isLoopback(host) else { return nil }
        if rest.isEmpty { port = nil } else {
            guard rest.hasPrefix(":"), let port = Self.number(rest.dropFirst(), as: UInt16.self) else { return nil }
            self.port = port
        }
        self.host = host
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { number($0, as: UInt8.self) != nil }
    }

    /// Digits alone: `UInt8` itself takes a sign, too.
    private static func number<Number: FixedWidthInteger>(_ text: Substring, as: Number.Type) -> Number? {
        text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Number(text) : nil
    }
}
