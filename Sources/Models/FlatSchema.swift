import JSON

/// Schemas as the functions of language models want them: nothing is referred to, and a choice never stands at the top.
public struct FlatSchema {
    private let root: JSON
    private let keepsNull: Bool

    /// An object's schema in which nothing is referred to.
    /// - Parameter keepsNull: whether what may be null is said to: of an output, which is as it is. What a caller may
    ///   leave out need not be null as well.
    public static func object(_ schema: JSON, keepsNull: Bool = false) -> JSON {
        let flat = FlatSchema(root: schema, keepsNull: keepsNull)
        return flat.object()
    }

    private func object() -> JSON {
        var object = inlined(root, depth: 0).objectValue ?? [:]
        // A choice at the top: what any branch knows may be given, and only what all of them want must be.
        for key in ["anyOf", "oneOf", "allOf"] {
            guard let branches = object[key]?.arrayValue else { continue }
            var properties = object["properties"]?.objectValue ?? [:]
            for branch in branches {
                for member in branch["properties"]?.objectValue ?? [:] where properties[member.key] == nil {
                    properties[member.key] = member.value
                }
            }
            let wanted = branches.map { Set($0["required"]?.arrayValue ?? []) }
            let common = key == "allOf"
                ? wanted.reduce([]) { $0.union($1) }
                : wanted.dropFirst().reduce(wanted.first ?? []) { $0.intersection($1) }
            let required = (object["required"]?.arrayValue ?? [])
            let more = properties.keys.map(JSON.string).filter { common.contains($0) && !required.contains($0) }
            object["properties"] = .object(properties)
            object["required"] = .array(required + more)
            object[key] = nil
        }
        var result: JSONObject = ["type": "object", "properties": object["properties"] ?? [:]]
        if let required = object["required"], required != [] { result["required"] = required }
        if let more = object["additionalProperties"] { result["additionalProperties"] = more }
        return .object(result)
    }

    private static let kept: Set<String> = [
        "type", "description", "enum", "default", "properties", "required", "items", "anyOf", "oneOf", "allOf",
        "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
    ]
    private static let maxDepth = 24

    private func inlined(_ schema: JSON, depth: Int) -> JSON {
        guard let object = schema.objectValue else { return schema }
        // Deeper than anyone writes by hand: a type that holds itself.
        guard depth < Self.maxDepth else { return [:] }
        if object["$ref"] != nil {
            var resolved = schema.resolved(in: root)
            // One that leads nowhere.
            if resolved["$ref"] == object["$ref"] { resolved["$ref"] = nil }
            return inlined(.object(resolved), depth: depth + 4)
        }
        var result = JSONObject()
        for member in object where Self.kept.contains(member.key) {
            switch member.key {
            case "properties":
                let properties = member.value.objectValue ?? [:]
                result["properties"] = .object(JSONObject(properties.map {
                    ($0.key, inlined($0.value, depth: depth + 1))
                }))
            case "items", "additionalProperties":
                result[member.key] = inlined(member.value, depth: depth + 1)
            case "anyOf", "oneOf", "allOf":
                let branches = (member.value.arrayValue ?? []).map { inlined($0, depth: depth + 1) }
                let others = keepsNull ? branches : branches.filter { $0["type"] != "null" }
                // A member that may be left out need not be null as well.
                guard others.count == 1, let only = others[0].objectValue else {
                    result[member.key] = .array(others)
                    continue
                }
                for part in only where object[part.key] == nil { result[part.key] = part.value }
            case "type" where !keepsNull:
                let types = member.value.arrayValue?.filter { $0 != "null" }
                result["type"] = types?.count == 1 ? types?[0] : types.map(JSON.array) ?? member.value
            case "default" where member.value.isNull: break
            default: result[member.key] = member.value
            }
        }
        if let value = object["const"] { result["enum"] = [value] }
        return .object(result)
    }
}
