/// Addresses of machines and of people: RFC 1123, 2673, 4291 and 5321.
enum HostFormats {
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in
            guard (1...3).contains(part.count), part.allSatisfy(\.isDigit) else { return false }
            if part.count > 1, part.first == UInt8(ascii: "0") { return false }
            return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } < 256
        }
    }

    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 45 else { return false }
        let colon = UInt8(ascii: ":")
        let pairs = bytes.indices.dropLast().filter { bytes[$0] == colon && bytes[$0 + 1] == colon }
        guard let gap = pairs.first else { return groups(bytes, isEnd: true) == 8 }
        // What "::" stands for is at least one group; and there is one "::" at most, ":::" being two.
        guard pairs.count == 1, let before = groups(bytes[..<gap], isEnd: false),
            let after = groups(bytes[(gap + 2)...], isEnd: true)
        else { return false }
        return before + after < 8
    }

    /// How many groups of 16 bits a list is; nil where one is malformed. An IPv4 address may stand at the end.
    private static func groups(_ bytes: ArraySlice<UInt8>, isEnd: Bool) -> Int? {
        if bytes.isEmpty { return 0 }
        let groups = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = 0
        for (index, group) in groups.enumerated() {
            if isEnd, index == groups.count - 1, isIPv4(group) {
                count += 2
            } else {
                guard (1...4).contains(group.count), group.allSatisfy({ URIReference.hexDigit($0) != nil }) else {
                    return nil
                }
                count += 1
            }
        }
        return count
    }

    static func isHostname(_ bytes: [UInt8]) -> Bool {
        guard isDomain(bytes[...]) else { return false }
        // What claims to be the ASCII form of a Unicode label must be one.
        let labels = bytes.split(separator: UInt8(ascii: "."))
        return labels.allSatisfy {
            !DomainName.isEncoded($0) || DomainName.isValid(String(decoding: $0, as: UTF8.self))
        }
    }

    /// RFC 1123 section 2.1: letters, digits and hyphens.
    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...253).contains(bytes.count) && labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == hyphen }
        }
    }

    /// RFC 5321's Mailbox; with RFC 6531's characters where `allowsUnicode`.
    static func isEmail(_ bytes: [UInt8], allowsUnicode: Bool) -> Bool {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let domain = bytes[(at + 1)...]
        guard isLocalPart(bytes[..<at], allowsUnicode) else { return false }
        if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") {
            let literal = domain.dropFirst().dropLast()
            let tag = Array("IPv6:".utf8)
            return literal.starts(with: tag) ? isIPv6(literal.dropFirst(tag.count)) : isIPv4(literal)
        }
        return allowsUnicode ? DomainName.isValid(String(decoding: domain, as: UTF8.self)) : isDomain(domain)
    }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>, _ allowsUnicode: Bool) -> Bool {
        let quote = UInt8(ascii: "\"")
        guard bytes.first != quote else {
            guard bytes.count > 2, bytes.last == quote else { return false }
            var isEscaped = false
            for byte in bytes.dropFirst().dropLast() {
                guard byte >= 0x20 && byte < 0x7F || byte > 0x7F && allowsUnicode else { return false }
                if !isEscaped, byte == quote { return false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            }
            return !isEscaped
        }
        let special = "!#$%&'*+-/=?^_`{|}~".utf8
        let atoms = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy {
                $0.isLetter || $0.isDigit || special.contains($0) || $0 >= 0x80 && allowsUnicode
            }
        }
    }
}
