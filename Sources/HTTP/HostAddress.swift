import Glibc

/// An address of the network, and whether it is one that anybody may be sent to.
///
/// For requests whose URL comes from somebody who must not reach what only this machine or its network can.
public enum HostAddress {
    /// Why nobody may be sent to the URL's host, as far as the URL tells; nil where nothing speaks against it.
    ///
    /// A name is judged by what it is: where it leads is seen when it is looked up (`resolvesPrivately`), or
    /// connected to (`HTTPRequest.refusesPrivateAddresses`).
    public static func objection(toURL url: String) -> String? {
        guard let authority = authority(url) else { return "not a URL with a host" }
        // What libraries read in different ways is not for us to guess.
        guard !authority.isEmpty,
            authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x25 && $0 != 0x5C })
        else {
            return "the host is not written in plain letters, digits and dots"
        }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        return objection(toHost: host(of: place))
    }

    /// Why nobody may be sent where a `Location` leads; nil also for what stays at the host that it came from.
    ///
    /// Bytes are looked at, as libcurl does: it passes over more than blanks before it, takes one slash after a scheme
    /// for two, and what Swift takes for one character may begin with a slash.
    static func objection(toRedirect location: String) -> String? {
        let text = Array(location.utf8.drop { $0 <= 0x20 })
        let scheme = text.prefix { byte in
            byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || "+-.".utf8.contains(byte)
        }
        let hasScheme = scheme.first.map { $0 >= UInt8(ascii: "A") } ?? false
        if hasScheme, scheme.count < text.count, text[scheme.count] == UInt8(ascii: ":") {
            return objection(toURL: String(decoding: text, as: UTF8.self))
        }
        let isSlash: (UInt8) -> Bool = { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        guard text.count > 1, isSlash(text[0]), isSlash(text[1]) else { return nil }
        return objection(toURL: "http:" + String(decoding: text, as: UTF8.self))
    }

    /// The URL's host, without brackets; nil where there is none.
    public static func host(ofURL url: String) -> String? {
        guard let authority = authority(url) else { return nil }
        return host(of: authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority)
    }

    /// The URL's port; nil where it has none.
    static func port(ofURL url: String) -> UInt16? {
        guard let authority = authority(url) else { return nil }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let rest = place.hasPrefix("[") ? place.drop { $0 != "]" }.dropFirst() : place.drop { $0 != ":" }
        return rest.hasPrefix(":") ? UInt16(rest.dropFirst()) : nil
    }

    /// What stands between `://` and the path.
    private static func authority(_ url: String) -> Substring? {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
        return url[colon...].dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }

    private static func host(of place: Substring) -> String {
        let host = place.hasPrefix("[") ? place.dropFirst().prefix { $0 != "]" } : place.prefix { $0 != ":" }
        return host.lowercased()
    }

    private static func objection(toHost host: String) -> String? {
        if host.utf8.contains(UInt8(ascii: ":")) {
            guard let bytes = parse6(host) else { return "'\(host)' is not an address" }
            return isPublic6(bytes) ? nil : "\(host) is an address of this machine or a private network"
        }
        var name = host
        while name.hasSuffix(".") { name.removeLast() }
        // All forms that the C library takes: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
        var address = in_addr()
        if inet_aton(name, &address) != 0 {
            let number = UInt32(bigEndian: address.s_addr)
            return isPublic4(number) ? nil : "\(host) is an address of this machine or a private network"
        }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let last = labels.last, !localDomains.contains(String(last)),
            !name.hasSuffix(".home.arpa")
        else { return "'\(host)' is a name of this machine or a private network" }
        return nil
    }

    /// Domains that mean the machine or its network (RFC 6761, 6762, 8375, and what private networks use).
    private static let localDomains: Set<String> = [
        "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "onion",
        "invalid",
    ]

    private static func parse6(_ text: String) -> [UInt8]? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) { Array($0) }
    }

    /// - Parameter address: in the machine's byte order.
    static func isPublic4(_ address: UInt32) -> Bool {
        !blocks4.contains { address >> (32 - $0.bits) == $0.start >> (32 - $0.bits) }
    }

    /// What IANA's registry of special-purpose addresses does not call globally reachable, and multicast.
    private static let blocks4: [(start: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24),
        (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]

    static func isPublic6(_ bytes: [UInt8]) -> Bool {
        func four(at place: Int) -> UInt32 { bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return isPublic4(four(at: 12)) }
        // NAT64 and 6to4 have an IPv4 address in them.
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return isPublic4(four(at: 12)) }
        if bytes.starts(with: [0x20, 0x02]) { return isPublic4(four(at: 2)) }
        // Teredo hides one.
        if bytes.starts(with: [0x20, 0x01, 0, 0]) || bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) { return false }
        // Global unicast is 2000::/3, and nothing else is.
        return bytes[0] & 0xE0 == 0x20
    }

    /// Whether the kernel's form of an address is one that anybody may be sent to.
    static func isPublic(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                isPublic4(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                var inner = address.pointee.sin6_addr
                return isPublic6(withUnsafeBytes(of: &inner) { Array($0) })
            }
        default: return false
        }
    }

    /// Looks the host up, as a connection would: whether any of its addresses is private. A name that is not known
    /// leads nowhere. It may take seconds: not for a task.
    public static func resolvesPrivately(_ host: String) -> Bool {
        var isPrivate = false
        forEachAddress(of: host) { if !isPublic($0) { isPrivate = true } }
        return isPrivate
    }

    /// Each address that a name leads to. It may take seconds: not for a task.
    static func forEachAddress(of host: String, _ body: (UnsafePointer<sockaddr>) -> Void) {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return }
        defer { freeaddrinfo(list) }
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr { body(address) }
            next = entry.pointee.ai_next
        }
    }
}
