import FalProtocol
import JSON
import JSONSchema

/// One model: what it takes and gives, read from its document in `schemas/`.
///
/// The document is a JSON Schema of an object with `input` and `output`, each a reference into `$defs`,
/// where fal's own type names stand.
public struct Model: Sendable {
    public let endpoint: EndpointID
    public let title: String
    public let description: String
    /// Endpoints that do something near or next to this one.
    public let related: [String]
    /// JSON Schema 2020-12 of the input, standing on its own: the types that it refers to are among its `$defs`.
    public let input: JSON
    /// The same for the output.
    public let output: JSON
    /// Checks inputs.
    public let inputSchema: Schema

    /// What is wrong with a model's document.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        public let name: String
        public let reason: String
        public var description: String { "\(name): \(reason)" }
    }

    /// - Parameters:
    ///   - endpoint: the model's id.
    ///   - document: the parsed text of its file.
    public init(endpoint id: String, document: JSON) throws(Malformed) {
        func malformed(_ reason: String) -> Malformed { Malformed(name: id, reason: reason) }
        do { endpoint = try EndpointID(id) } catch { throw malformed(error.description) }
        title = document["title"]?.stringValue ?? id
        description = document["description"]?.stringValue ?? ""
        related = document["x-related"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard let input = Self.extract("input", of: document) else { throw malformed("no input schema") }
        guard let output = Self.extract("output", of: document) else { throw malformed("no output schema") }
        self.input = input
        self.output = output
        do { inputSchema = try Schema(input) } catch { throw malformed(error.description) }
    }

    /// The schema of one side with the definitions that it reaches, so that it can be handed on alone.
    private static func extract(_ side: String, of document: JSON) -> JSON? {
        guard let schema = document["properties"]?[side] else { return nil }
        var root = schema.objectValue ?? [:]
        if let pointer = schema["$ref"]?.stringValue, pointer.hasPrefix("#") {
            guard let target = document.value(at: String(pointer.dropFirst()))?.objectValue else { return nil }
            root = target
        }
        var definitions = JSONObject()
        collect(from: .object(root), of: document, into: &definitions)
        var result: JSONObject = ["$schema": "https://json-schema.org/draft/2020-12/schema"]
        for member in root { result[member.key] = member.value }
        if !definitions.isEmpty { result["$defs"] = .object(definitions) }
        return .object(result)
    }

    private static func collect(from value: JSON, of document: JSON, into definitions: inout JSONObject) {
        switch value {
        case .object(let object):
            let prefix = "#/$defs/"
            if let pointer = object["$ref"]?.stringValue, pointer.hasPrefix(prefix) {
                let name = String(pointer.dropFirst(prefix.count))
                if definitions[name] == nil, let target = document["$defs"]?[name] {
                    definitions[name] = target
                    collect(from: target, of: document, into: &definitions)
                }
            }
            for member in object { collect(from: member.value, of: document, into: &definitions) }
        case .array(let elements):
            for element in elements { collect(from: element, of: document, into: &definitions) }
        default: break
        }
    }

    /// The faults of an input, in fal's words; empty when it fits.
    public func faults(in input: JSON) -> [FieldFault] { inputSchema.faults(in: input).map { FieldFault($0) } }

    /// The schema of a top-level member of the input, with a reference to a type resolved.
    public func member(_ name: String) -> JSON? {
        guard let schema = input["properties"]?[name] else { return nil }
        guard let pointer = schema["$ref"]?.stringValue, pointer.hasPrefix("#") else { return schema }
        return input.value(at: String(pointer.dropFirst()))
    }
}
