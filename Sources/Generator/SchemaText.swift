import JSON
import Models

/// What a schema says in words: its description, its default and its limits.
enum SchemaText {
    /// Sentences for a doc comment, the description first.
    static func sentences(_ schema: JSON) -> String {
        let description = schema["description"]?.stringValue ?? ""
        var parts = description.isEmpty ? [] : [description + (".!?:".contains(description.last ?? ".") ? "" : ".")]
        if let value = schema["default"], !value.isNull { parts.append("Default \(value.text).") }
        if let limits = limits(schema) { parts.append(limits.prefix(1).uppercased() + limits.dropFirst() + ".") }
        return parts.joined(separator: " ")
    }

    /// `from 2 to 4`, `at most 10 items`; nil where there is no limit.
    static func limits(_ schema: JSON) -> String? {
        var parts: [String] = []
        let (low, high) = (schema["minimum"]?.text, schema["maximum"]?.text)
        switch (low, high) {
        case (let low?, let high?): parts.append("from \(low) to \(high)")
        case (let low?, nil): parts.append("at least \(low)")
        case (nil, let high?): parts.append("at most \(high)")
        case (nil, nil): break
        }
        if let low = schema["exclusiveMinimum"]?.text { parts.append("more than \(low)") }
        if let high = schema["exclusiveMaximum"]?.text { parts.append("less than \(high)") }
        if let step = schema["multipleOf"]?.text { parts.append("a multiple of \(step)") }
        parts += count(schema["minLength"], schema["maxLength"], "characters")
        parts += count(schema["minItems"], schema["maxItems"], "items")
        if let pattern = schema["pattern"]?.stringValue { parts.append("matching \(pattern)") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func count(_ low: JSON?, _ high: JSON?, _ things: String) -> [String] {
        switch (low?.text, high?.text) {
        case (let low?, let high?): ["\(low) to \(high) \(things)"]
        case (let low?, nil): ["at least \(low) \(things)"]
        case (nil, let high?): ["at most \(high) \(things)"]
        case (nil, nil): []
        }
    }

    /// The type in a word or a few, for tables: `integer`, `"normal" or "low"`, `list of string`.
    static func type(_ schema: JSON, in root: JSON, depth: Int = 0) -> String {
        guard depth < 16 else { return "any" }
        if let target = schema.referent(in: root) {
            if target["properties"] != nil {
                return schema["$ref"]?.stringValue?.split(separator: "/").last.map(String.init) ?? "object"
            }
            return type(target, in: root, depth: depth + 1)
        }
        if let value = schema["const"] { return value.text }
        if let values = schema["enum"]?.arrayValue { return values.map(\.text).joined(separator: ", ") }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let branches = schema[key]?.arrayValue {
                return branches.map { type($0, in: root, depth: depth + 1) }.joined(separator: " or ")
            }
        }
        if schema["type"] == "array" {
            return "list of " + (schema["items"].map { type($0, in: root, depth: depth + 1) } ?? "any")
        }
        if let types = schema["type"]?.arrayValue {
            return types.compactMap(\.stringValue).joined(separator: " or ")
        }
        return schema["type"]?.stringValue ?? "any"
    }
}
