import JSON
import JSONSchema
import Models

/// How a model's output holds the video that was made, by its schema.
struct OutputShape {
    private let schema: JSON
    /// The names that lead to the video's member, a list on the way standing for its first element.
    private let path: [String]

    private static let maxDepth = 8

    /// - Returns: nil where the model makes no file, or none that could be a video.
    init?(of model: Model) {
        schema = model.output
        guard let path = Self.path(in: model.output, of: model.output, name: "", depth: 0) else { return nil }
        self.path = path
    }

    /// The output: the file in its place, the seed, and of the other members those that must be there.
    func output(file: JSON, seed: Int64) -> JSON {
        value(of: schema, path[...], file, seed, name: "", depth: 0)
    }

    // MARK: Where the video belongs

    private static func path(in schema: JSON, of document: JSON, name: String, depth: Int) -> [String]? {
        guard depth < maxDepth, let schema = resolved(schema, in: document) else { return nil }
        if let items = schema["items"] { return path(in: items, of: document, name: name, depth: depth + 1) }
        if isText(schema) { return (name == "url" || name.hasSuffix("_url")) && !isOther(name, schema) ? [] : nil }
        guard let properties = schema["properties"]?.objectValue else { return nil }
        // fal's File, Video and their like are filled as a whole.
        if properties["url"] != nil { return isOther(name, schema) ? nil : [] }
        let found = properties.compactMap { member in
            path(in: member.value, of: document, name: member.key, depth: depth + 1).map { [member.key] + $0 }
        }
        return found.first { $0.contains { $0.contains("video") } } ?? found.first
    }

    /// Whether a file is of another kind than a video.
    private static func isOther(_ name: String, _ schema: JSONObject) -> Bool {
        let words = "\(name) \(schema["title"]?.stringValue ?? "")".lowercased()
        return !words.contains("video") && ["image", "audio", "mask", "mesh"].contains { words.contains($0) }
    }

    private static func isText(_ schema: JSONObject) -> Bool {
        schema["type"] == "string" || schema["type"]?.arrayValue?.contains("string") == true
    }

    /// The schema with its reference followed, or the branch that is not null.
    private static func resolved(_ schema: JSON, in document: JSON) -> JSONObject? {
        var schema = schema
        for _ in 0..<maxDepth {
            if let reference = schema["$ref"]?.stringValue, reference.hasPrefix("#") {
                guard let target = document.value(at: String(reference.dropFirst())) else { return nil }
                schema = target
            } else if let branches = schema["anyOf"]?.arrayValue ?? schema["oneOf"]?.arrayValue,
                let branch = branches.first(where: { $0 != ["type": "null"] })
            {
                schema = branch
            } else {
                return schema.objectValue
            }
        }
        return nil
    }

    // MARK: What is put there

    private func value(
        of schema: JSON, _ path: ArraySlice<String>?, _ file: JSON, _ seed: Int64, name: String, depth: Int
    ) -> JSON {
        let given = schema["default"]
        guard depth < Self.maxDepth, let schema = Self.resolved(schema, in: self.schema) else { return given ?? nil }
        if let items = schema["items"], path != nil {
            return [value(of: items, path, file, seed, name: name, depth: depth + 1)]
        }
        if let path, path.isEmpty { return Self.isText(schema) ? file["url"] ?? "" : file }
        if let properties = schema["properties"]?.objectValue {
            let required = schema["required"]?.arrayValue ?? []
            var result = JSONObject()
            for member in properties {
                let isOnPath = path?.first == member.key
                guard isOnPath || member.key == "seed" || required.contains(.string(member.key)) else { continue }
                result[member.key] = value(
                    of: member.value, isOnPath ? path?.dropFirst() : nil, file, seed, name: member.key, depth: depth + 1
                )
            }
            return .object(result)
        }
        return given ?? schema["const"] ?? schema["enum"]?.arrayValue?.first ?? Self.least(schema, seed, name)
    }

    /// The least that there is of a type.
    private static func least(_ schema: JSONObject, _ seed: Int64, _ name: String) -> JSON {
        let type = schema["type"]?.stringValue ?? schema["type"]?.arrayValue?.first?.stringValue
        return switch type {
        case "integer", "number": name == "seed" ? .int(seed) : schema["minimum"] ?? 0
        case "string": ""
        case "boolean": false
        case "array": []
        case "object": [:]
        default: nil
        }
    }
}
