import JSON

/// Which members of an input hold a file's URL: by what the schema says, and by names where it says little.
public enum FileMember {
    /// Whether the schema says that a file belongs there.
    /// - Parameters:
    ///   - schema: of the member, a reference resolved.
    ///   - name: of the member, or of the one that holds the list in which the value stands.
    public static func isFile(_ schema: JSONObject, _ name: String) -> Bool {
        if let mark = schema["x-file"] { return mark != false }
        guard allowsText(schema), schema["enum"] == nil, schema["const"] == nil else { return false }
        let format = schema["format"]?.stringValue
        // A choice of branches is no place by itself: one of the branches is.
        return format == "uri" || isFileName(name) && (schema["type"] != nil || format != nil)
    }

    /// `video_url`, `image_urls`, and the `url` of fal's File, Image, Video and Audio.
    public static func isFileName(_ name: String) -> Bool {
        name.hasSuffix("_url") || name.hasSuffix("_urls") || name == "url" || name == "urls"
    }

    private static func allowsText(_ schema: JSONObject) -> Bool {
        switch schema["type"] {
        case nil: schema["$ref"] == nil
        case .array(let types)?: types.contains("string")
        case let type?: type == "string"
        }
    }
}
