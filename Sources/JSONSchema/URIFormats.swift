/// URIs and IRIs (RFC 3986, 3987) and URI templates (RFC 6570), by their grammars.
enum URIFormats {
    static func isReference(_ bytes: [UInt8], allowsUnicode: Bool, isAbsolute: Bool) -> Bool {
        let check = Check(allowsUnicode: allowsUnicode)
        var rest = bytes[...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard check.holds(rest[(mark + 1)...], ":@/?") else { return false }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard check.holds(rest[(mark + 1)...], ":@/?", isQuery: true) else { return false }
            rest = rest[..<mark]
        }
        let firstSegment = rest.prefix { $0 != UInt8(ascii: "/") }
        if let colon = firstSegment.firstIndex(of: UInt8(ascii: ":")) {
            let scheme = rest[..<colon]
            guard scheme.first?.isLetter == true,
                scheme.allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) })
            else { return false }
            rest = rest[(colon + 1)...]
        } else if isAbsolute {
            return false
        }
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") }
            guard check.isAuthority(authority) else { return false }
            rest = rest[authority.endIndex...]
        }
        return check.holds(rest, ":@/")
    }

    private struct Check {
        let allowsUnicode: Bool

        /// Whether only unreserved characters, sub-delimiters, percent-escapes and `more` stand in `bytes`.
        func holds(_ bytes: ArraySlice<UInt8>, _ more: StaticString, isQuery: Bool = false) -> Bool {
            var index = bytes.startIndex
            while index < bytes.endIndex {
                let byte = bytes[index]
                index += 1
                if byte == UInt8(ascii: "%") {
                    guard index + 1 < bytes.endIndex, URIReference.hexDigit(bytes[index]) != nil,
                        URIReference.hexDigit(bytes[index + 1]) != nil
                    else { return false }
                    index += 2
                } else if byte >= 0x80 {
                    guard allowsUnicode else { return false }
                } else if !byte.isLetter, !byte.isDigit, !"-._~!$&'()*+,;=".utf8.contains(byte),
                    !more.withUTF8Buffer({ $0.contains(byte) })
                {
                    return false
                }
            }
            return !allowsUnicode || hasAllowedScalars(bytes, isQuery: isQuery)
        }

        /// RFC 3987's ucschar: no private use but in a query, and no noncharacters.
        private func hasAllowedScalars(_ bytes: ArraySlice<UInt8>, isQuery: Bool) -> Bool {
            String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .privateUse: isQuery
                case .control: false
                default: !scalar.properties.isNoncharacterCodePoint
                }
            }
        }

        func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
            var host = bytes
            if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
                guard holds(bytes[..<at], ":") else { return false }
                host = bytes[(at + 1)...]
            }
            if host.first == UInt8(ascii: "[") {
                guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
                let literal = host[(host.startIndex + 1)..<end]
                return (HostFormats.isIPv6(literal) || isFutureAddress(literal)) && isPort(host[(end + 1)...])
            }
            guard let colon = host.firstIndex(of: UInt8(ascii: ":")) else { return holds(host, "") }
            return holds(host[..<colon], "") && isPort(host[colon...])
        }

        /// `v1.x`, section 3.2.2 of RFC 3986.
        private func isFutureAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
            guard let first = bytes.first, first | 0x20 == UInt8(ascii: "v"),
                let dot = bytes.firstIndex(of: UInt8(ascii: "."))
            else { return false }
            let version = bytes[(bytes.startIndex + 1)..<dot]
            let rest = bytes[(dot + 1)...]
            return !version.isEmpty && version.allSatisfy { URIReference.hexDigit($0) != nil } && !rest.isEmpty
                && !rest.contains(UInt8(ascii: "%")) && holds(rest, ":")
        }

        private func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
            bytes.isEmpty || bytes.first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy(\.isDigit)
        }
    }

    static func isTemplate(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")), isExpression(rest[..<end]) else { return false }
                rest = rest[(end + 1)...]
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst(), let low = rest.popFirst(), URIReference.hexDigit(high) != nil,
                    URIReference.hexDigit(low) != nil
                else { return false }
            case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            default: break
            }
        }
        return true
    }

    private static func isExpression(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        if let first = rest.first, "+#./;?&=,!@|".utf8.contains(first) { rest = rest.dropFirst() }
        let variables = rest.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        return variables.allSatisfy { variable in
            var name = variable
            if name.last == UInt8(ascii: "*") {
                name = name.dropLast()
            } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
                let length = name[(colon + 1)...]
                guard (1...4).contains(length.count), length.first != UInt8(ascii: "0"), length.allSatisfy(\.isDigit)
                else { return false }
                name = name[..<colon]
            }
            let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            return parts.allSatisfy { !$0.isEmpty && isVariable($0) }
        }
    }

    private static func isVariable(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst(), let low = rest.popFirst(), URIReference.hexDigit(high) != nil,
                    URIReference.hexDigit(low) != nil
                else { return false }
            } else if !byte.isLetter, !byte.isDigit, byte != UInt8(ascii: "_") {
                return false
            }
        }
        return true
    }
}
