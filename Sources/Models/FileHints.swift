import JSON

/// Finds out from names and hints whether a text of an input is a file's URL, and of what kind.
struct FileHints {
    /// The member's name; that of the list in which it stands.
    let name: String
    /// What fal's playground shows for it.
    let field: String?
    /// The type in which it stands: fal's `Image`, say.
    let typeName: String

    /// - Parameter schema: of the text.
    /// - Returns: one of `Keywords.fileKinds`; nil where it is no file.
    func kind(_ schema: JSONObject) -> String? {
        guard schema["enum"] == nil, schema["const"] == nil else { return nil }
        if let field, let kind = Self.kind(named: field, byPrefix: true) { return kind }
        let isNamed = name == "url" || name == "urls" || name.hasSuffix("_url") || name.hasSuffix("_urls")
        let format = schema["format"]?.stringValue ?? ""
        let isFormatted = ["uri", "url", "uri-reference", "data-url"].contains(format)
            // The bytes of fal's File, which has a URL beside them.
            || (format == "binary" && name != "file_data")
        guard isNamed || isFormatted, !Self.calledBack.contains(name) else { return nil }
        return Self.kind(named: name, byPrefix: false) ?? Self.kind(named: typeName.lowercased(), byPrefix: false)
            ?? "file"
    }

    /// URLs that are called, not fetched.
    private static let calledBack = ["webhook_url", "callback_url"]

    private static let words: [(kind: String, words: [String])] = [
        ("video", ["video", "clip", "movie", "gif"]),
        ("audio", ["audio", "voice", "speech", "music", "sound", "song"]),
        ("image", ["image", "picture", "photo", "mask", "frame", "face", "img"]),
    ]

    private static func kind(named name: String, byPrefix: Bool) -> String? {
        let found = words.first { $0.words.contains { byPrefix ? name.hasPrefix($0) : contains($0, in: name) } }
        if let found { return found.kind }
        return byPrefix && (name.hasPrefix("file") || name.hasPrefix("archive")) ? "file" : nil
    }

    private static func contains(_ word: String, in name: String) -> Bool {
        let (word, name) = (Array(word.utf8), Array(name.utf8))
        return name.indices.contains { name[$0...].starts(with: word) }
    }
}
