import JSON

/// The metaschemas of draft 2020-12, which `$ref` reaches without a network.
enum Metaschema {
    private static let prefix = "https://json-schema.org/draft/2020-12/"

    /// The document of a URI, parsed when it is asked for; nil where the draft has none of that name.
    static func document(_ uri: String) -> JSON? {
        guard uri.hasPrefix(prefix) else { return nil }
        let name = "metaschema/" + uri.dropFirst(prefix.count)
        guard let entry = MetaschemaTexts.documents.first(where: { $0.name == name }) else { return nil }
        return try? JSON.parse(UnsafeRawBufferPointer(start: entry.text.utf8Start, count: entry.text.utf8CodeUnitCount))
    }
}
