import JSON
import Models
import Surface

/// Tool definitions for agents: a tool a model, and the methods that an agent has use for.
///
/// Schemas are flat, as the functions of language models want them: nothing is referred to, and a choice never stands
/// at the top. A call of a model's tool is `subscribe` with its endpoint and the arguments as `input`.
public struct Tools {
    public enum Form: String, CaseIterable, Sendable {
        case openai
        case anthropic
    }

    private struct Tool {
        let name: String
        let description: String
        let parameters: JSON
    }

    private let tools: [Tool]

    /// Methods that are about the connection or another program, and none that an agent would call.
    private static let left: Set<String> = [
        "configure", "initialize", "ping", "rpc.discover", "shutdown", "verify_webhook",
    ]
    private static let maxNameLength = 64

    public init(_ subject: Subject) {
        tools = subject.models.map { model in
            let about = model.description.isEmpty ? model.title : model.description
            return Tool(
                name: Self.name(of: model.endpoint.description), description: "\(about) (\(model.endpoint))",
                parameters: Self.flat(model.input)
            )
        } + subject.methods.filter { !Self.left.contains($0.name) }.map { method in
            Tool(name: method.name, description: method.summary, parameters: Self.flat(method.params))
        }
    }

    /// The definitions as an API takes them.
    public func document(_ form: Form) -> JSON {
        .array(tools.map { tool in
            switch form {
            case .openai:
                ["type": "function", "function": [
                    "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters,
                ]]
            case .anthropic:
                [
                    "name": .string(tool.name), "description": .string(tool.description),
                    "input_schema": tool.parameters,
                ]
            }
        })
    }

    /// `fal-ai/fast-animatediff/video-to-video` → `fal-ai__fast-animatediff__video-to-video`.
    ///
    /// A name that would be too long is cut, and ends in a number made from the whole.
    public static func name(of endpoint: String) -> String {
        var name = ""
        for byte in endpoint.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/"): name += "__"
            default: name += "_"
            }
        }
        guard name.utf8.count > maxNameLength else { return name }
        // FNV-1a: the same id gives the same name on every machine.
        let hash = endpoint.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return name.prefix(maxNameLength - digits.utf8.count - 1) + "_" + digits
    }

    // MARK: Schemas

    /// An object's schema in which nothing is referred to.
    private static func flat(_ schema: JSON) -> JSON {
        var object = inlined(schema, schema, depth: 0).objectValue ?? [:]
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

    private static func inlined(_ schema: JSON, _ root: JSON, depth: Int) -> JSON {
        guard let object = schema.objectValue else { return schema }
        // Deeper than anyone writes by hand: a type that holds itself.
        guard depth < maxDepth else { return [:] }
        if object["$ref"] != nil {
            var resolved = schema.resolved(in: root)
            // One that leads nowhere.
            if resolved["$ref"] == object["$ref"] { resolved["$ref"] = nil }
            return inlined(.object(resolved), root, depth: depth + 4)
        }
        var result = JSONObject()
        for member in object where kept.contains(member.key) {
            switch member.key {
            case "properties":
                let properties = member.value.objectValue ?? [:]
                result["properties"] = .object(JSONObject(properties.map {
                    ($0.key, inlined($0.value, root, depth: depth + 1))
                }))
            case "items", "additionalProperties":
                result[member.key] = inlined(member.value, root, depth: depth + 1)
            case "anyOf", "oneOf", "allOf":
                let branches = (member.value.arrayValue ?? []).map { inlined($0, root, depth: depth + 1) }
                let others = branches.filter { $0["type"] != "null" }
                // A member that may be left out need not be null as well.
                guard others.count == 1, let only = others[0].objectValue else {
                    result[member.key] = .array(others)
                    continue
                }
                for part in only where object[part.key] == nil { result[part.key] = part.value }
            case "type":
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
