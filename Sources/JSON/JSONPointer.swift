/// JSON Pointers (RFC 6901) as text: `/properties/a~1b/0`.
public enum JSONPointer {
    /// The steps of a pointer, unescaped; none for the whole document, or where it is no pointer.
    public static func tokens(_ pointer: String) -> [String] {
        guard pointer.hasPrefix("/") else { return [] }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(unescaped)
    }

    /// A pointer with one step more.
    public static func appending(_ token: String, to pointer: String) -> String { pointer + "/" + escaped(token) }

    private static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        return token.reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
    }

    private static func unescaped(_ token: Substring) -> String {
        guard token.contains("~") else { return String(token) }
        var result = ""
        var rest = token
        while let character = rest.popFirst() {
            if character == "~", let next = rest.first, next == "0" || next == "1" {
                result.append(next == "0" ? "~" : "/")
                rest = rest.dropFirst()
            } else {
                result.append(character)
            }
        }
        return result
    }
}
