import JSON

/// The vocabularies of draft 2020-12 that a schema may be written in.
struct Vocabulary: OptionSet, Sendable {
    let rawValue: UInt8

    static let core = Vocabulary(rawValue: 1)
    static let applicator = Vocabulary(rawValue: 2)
    static let unevaluated = Vocabulary(rawValue: 4)
    static let validation = Vocabulary(rawValue: 8)
    static let metadata = Vocabulary(rawValue: 16)
    static let format = Vocabulary(rawValue: 32)
    static let formatAssertion = Vocabulary(rawValue: 64)
    static let content = Vocabulary(rawValue: 128)

    /// What a schema is written in that names no metaschema, or the draft's own.
    static let standard: Vocabulary = [.core, .applicator, .unevaluated, .validation, .metadata, .format, .content]

    static let metaschema = "https://json-schema.org/draft/2020-12/schema"
    private static let prefix = "https://json-schema.org/draft/2020-12/vocab/"
    private static let names: [String: Vocabulary] = [
        "core": .core, "applicator": .applicator, "unevaluated": .unevaluated, "validation": .validation,
        "meta-data": .metadata, "format-annotation": .format, "format-assertion": .formatAssertion,
        "content": .content,
    ]

    /// Reads a metaschema's `$vocabulary`.
    /// - Throws: the URI of a vocabulary that must be understood and is not.
    init(declared: JSONObject) throws(Unknown) {
        self = .core
        for member in declared {
            let name = member.key.hasPrefix(Self.prefix) ? String(member.key.dropFirst(Self.prefix.count)) : ""
            if let known = Self.names[name] {
                formUnion(known)
            } else if member.value == true {
                throw Unknown(uri: member.key)
            }
        }
    }

    struct Unknown: Error {
        let uri: String
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// Where the schemas stand that a keyword holds.
enum SchemaPosition {
    case one, list, map

    /// Nil for keywords that hold none.
    init?(keyword: String) {
        switch keyword {
        case "additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems", "contains", "propertyNames",
            "not", "if", "then", "else", "contentSchema":
            self = .one
        case "prefixItems", "allOf", "anyOf", "oneOf": self = .list
        case "$defs", "definitions", "properties", "patternProperties", "dependentSchemas", "dependencies": self = .map
        default: return nil
        }
    }
}
