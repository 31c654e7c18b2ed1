import JSON
import JSONSchema

/// A place in an input that holds a file's URL, or may, and what stands there.
public struct FilePlace: Sendable {
    /// From the root of the input.
    public let path: [PathStep]
    /// A URL, a data URI, a path, or anything else.
    public let text: String
    /// Whether the model's schema says that a file belongs here; without one, the member's name is all there is.
    public let isCertain: Bool
    /// `video`, `image`, `audio` or `file`, where the schema says.
    public let kind: String?
}

/// Finds the places of an input that hold files: by the model's schema, and where none speaks, by names.
public struct FilePlaces {
    /// With its `$defs`; nil for a model that is not known.
    private let document: JSON?
    /// In the order of the input; where there are more than `maxFiles`, one more.
    public private(set) var found: [FilePlace] = []

    /// Files in one input: each is open until it is sent.
    public static let maxFiles = 200
    /// References and branches without a step into the value.
    private static let maxDepth = 32

    /// - Parameter schema: of the model's input, with its `$defs`; nil where the model is not known.
    public init(in input: JSON, schema: JSON?) {
        document = schema
        find(in: input, by: schema.map { [$0] } ?? [], [], name: "")
    }

    /// - Parameters:
    ///   - schemas: all that speak about the value.
    ///   - name: of the member that holds it, or that holds the list in which it stands.
    private mutating func find(in value: JSON, by schemas: [JSON], _ path: [PathStep], name: String) {
        var flat: [JSONObject] = []
        for schema in schemas { flatten(schema, into: &flat, depth: 0) }
        switch value {
        case .string(let text):
            guard found.count <= Self.maxFiles else { return }
            if flat.contains(where: { FileMember.isFile($0, name) }) {
                let kind = flat.lazy.compactMap { $0["x-file"]?.stringValue }.first
                found.append(FilePlace(path: path, text: text, isCertain: true, kind: kind))
            } else if FileMember.isFileName(name), flat.allSatisfy({ Self.saysNothing($0) }) {
                found.append(FilePlace(path: path, text: text, isCertain: false, kind: nil))
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                find(in: element, by: flat.flatMap { Self.element(index, of: $0) }, path + [.index(index)], name: name)
            }
        case .object(let object):
            for member in object {
                let inner = flat.compactMap { Self.member(member.key, of: $0) }
                find(in: member.value, by: inner, path + [.key(member.key)], name: member.key)
            }
        default: break
        }
    }

    /// The schema with all that it refers to for the same value.
    private func flatten(_ schema: JSON, into flat: inout [JSONObject], depth: Int) {
        guard let object = schema.objectValue, depth < Self.maxDepth, flat.count < 256 else { return }
        flat.append(object)
        if let pointer = object["$ref"]?.stringValue, pointer.hasPrefix("#"),
            let target = document?.value(at: String(pointer.dropFirst()))
        {
            flatten(target, into: &flat, depth: depth + 1)
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for branch in object[key]?.arrayValue ?? [] { flatten(branch, into: &flat, depth: depth + 1) }
        }
    }

    private static func member(_ key: String, of schema: JSONObject) -> JSON? {
        if let member = schema["properties"]?[key] { return member }
        // `true` says nothing about the value.
        return schema["additionalProperties"].flatMap { $0.objectValue == nil ? nil : $0 }
    }

    private static func element(_ index: Int, of schema: JSONObject) -> [JSON] {
        if let prefix = schema["prefixItems"]?.arrayValue, index < prefix.count { return [prefix[index]] }
        return schema["items"].map { [$0] } ?? []
    }

    private static func saysNothing(_ schema: JSONObject) -> Bool {
        ["type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf"].allSatisfy { schema[$0] == nil }
    }
}
