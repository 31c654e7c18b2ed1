import FalClient
import Platform

/// The key that fal's own command line keeps: `~/.fal/config.toml`, one table a profile.
public enum CommandLineKey {
    private static let maxBytes = 1 << 20

    /// - Returns: nil where there is no such file, or no key in it.
    /// - Throws: where the profile's key cannot be one.
    public static func find() throws(Settings.Unusable) -> Credentials? {
        let path = Environment.get("FAL_CONFIG_PATH")
            ?? Environment.get("HOME").map { Files.join($0, ".fal/config.toml") }
        guard let path, let bytes = try? Files.read(path, limit: maxBytes) else { return nil }
        guard let key = key(in: String(decoding: bytes, as: UTF8.self), profile: Environment.get("FAL_PROFILE")) else {
            return nil
        }
        return try Settings.credentials(key, from: path)
    }

    /// - Parameter profile: nil for the one that the file says, else `default`.
    static func key(in text: String, profile: String?) -> String? {
        let tables = tables(text)
        let name = profile ?? tables["__internal__"]?["profile"] ?? "default"
        return tables[name]?["key"]
    }

    /// The plain strings of a TOML file's tables, which is all that is asked of it.
    private static func tables(_ text: String) -> [String: [String: String]] {
        var tables: [String: [String: String]] = [:]
        var table = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            if line.hasPrefix("["), !line.hasPrefix("[["), let end = line.firstIndex(of: "]") {
                table = unquoted(trimmed(line[line.index(after: line.startIndex)..<end])) ?? ""
            } else if let equals = line.firstIndex(of: "=") {
                let key = unquoted(trimmed(line[..<equals])) ?? ""
                guard let value = string(trimmed(line[line.index(after: equals)...])) else { continue }
                tables[table, default: [:]][key] = value
            }
        }
        return tables
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }

    private static func unquoted(_ text: Substring) -> String? { string(text) ?? String(text) }

    /// A string in quotes of either kind, without escapes; what follows it is a comment.
    private static func string(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
        let rest = text.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { return nil }
        return String(rest[..<end])
    }
}
