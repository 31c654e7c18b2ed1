import JSON

/// Data URIs in an output: a film in one would fill a conversation, and no host reads it.
enum InlineData {
    /// Bytes of one that is given as it is.
    private static let maxBytes = 1_024

    /// The output with each long data URI replaced.
    /// - Parameter places: what stands for one, such as the URI of the file that it was saved to; where there is
    ///   nothing, its beginning up to the data.
    static func without(_ output: JSON, places: [String: String] = [:]) -> JSON {
        switch output {
        case .string(let text) where text.utf8.count > maxBytes && text.utf8.starts(with: "data:".utf8):
            return .string(places[text] ?? String(text.prefix(200).prefix { $0 != "," }) + ",")
        case .array(let elements): return .array(elements.map { without($0, places: places) })
        case .object(var members):
            for member in members { members[member.key] = without(member.value, places: places) }
            return .object(members)
        default: return output
        }
    }
}
