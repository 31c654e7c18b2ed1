/// `file:` URLs (RFC 8089) in all forms that mean a file of this machine.
enum FileURL {
    /// Whether `text` claims to be one, whatever it looks like otherwise.
    static func isOne(_ text: String) -> Bool {
        let scheme = text.utf8.prefix(5)
        return scheme.count == 5 && scheme.elementsEqual("file:".utf8) { $0 | 0x20 == $1 || $0 == $1 }
    }

    /// The path that it names: decoded once, and then a path like any other, to be judged by where it leads.
    /// - Returns: nil for another machine's file, for a query or fragment, and for what no path can hold: a zero
    ///   byte, a slash that was hidden as `%2f`, half an escape, text that is not UTF-8.
    static func path(_ url: String) -> String? {
        guard isOne(url) else { return nil }
        var rest = url.utf8.dropFirst("file:".utf8.count)
        let slash = UInt8(ascii: "/")
        if rest.starts(with: [slash, slash]) {
            rest = rest.dropFirst(2)
            let host = rest.prefix { $0 != slash }
            guard host.isEmpty || String(host)?.lowercased() == "localhost" else { return nil }
            rest = rest.dropFirst(host.count)
        }
        guard rest.first == slash else { return nil }
        var bytes: [UInt8] = []
        var iterator = rest.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "?"), UInt8(ascii: "#"), 0: return nil
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                let value = high << 4 | low
                guard value != 0, value != slash else { return nil }
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}
