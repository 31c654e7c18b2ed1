extension StringProtocol {
    /// Whether the bytes of `part` stand in it somewhere; of the empty text, they do. Without the library of regular
    /// expressions that `contains` would link, see Package.swift.
    public func has(_ part: String) -> Bool {
        var part = part
        return part.withUTF8 { part in
            guard let first = part.first else { return true }
            var rest = utf8[...]
            while let start = rest.firstIndex(of: first) {
                rest = rest[start...]
                if rest.starts(with: part) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }
}
