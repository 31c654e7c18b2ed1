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
    /// What a run costs, where that is known.
    public let price: ModelPrice?
    /// JSON Schema 2020-12 of the input, standing on its own: the types that it refers to are among its `$defs`.
    public let input: JSON
    /// The same for the output.
    public let output: JSON
    /// Checks inputs.
    public let inputSchema: Schema

    /// Definitions in one document, and the depths of all of them together: each may lead to the next, and a compiler
    /// that follows them goes so deep.
    static let maxDefinitions = 500
    private static let maxDepth = 1_000

    /// Why the document of a model cannot be used.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        /// The model's id.
        public let endpoint: String
        /// The reason, behind the file and the place in it where there is one: `a/b.json:3:5: …`.
        public let description: String
    }

    /// - Parameters:
    ///   - endpoint: the model's id.
    ///   - document: the parsed text of its file.
    public init(endpoint id: String, document: JSON) throws(DocumentFault) {
        do { endpoint = try EndpointID(id) } catch { throw DocumentFault("", "\(id): \(error.description)") }
        try Self.measure(document)
        title = document["title"]?.stringValue ?? id
        description = document["description"]?.stringValue ?? ""
        related = document["x-related"]?.arrayValue?.compactMap(\.stringValue) ?? []
        price = ModelPrice(document)
        let (input, place) = try Self.extract("input", of: document)
        self.input = input
        output = try Self.extract("output", of: document).schema
        do { inputSchema = try Schema(input) } catch {
            let isShared = error.pointer.hasPrefix("/$defs/")
            throw DocumentFault((isShared ? "" : place) + error.pointer, error.message)
        }
    }

    /// - Throws: where following the document's references could take more stack than there is.
    static func measure(_ document: JSON) throws(DocumentFault) {
        guard let definitions = document["$defs"]?.objectValue else { return }
        guard definitions.count <= maxDefinitions else {
            throw DocumentFault("/$defs", "more than \(maxDefinitions) definitions")
        }
        var depth = 0
        for definition in definitions {
            depth += definition.value.depth
            guard depth <= maxDepth else {
                let place = JSONPointer.appending(definition.key, to: "/$defs")
                throw DocumentFault(place, "the definitions are nested deeper than \(maxDepth), all taken together")
            }
        }
    }

    /// The schema of one side with the definitions that it reaches, so that it can be handed on alone, and where it
    /// stands.
    private static func extract(
        _ side: String, of document: JSON
    ) throws(DocumentFault) -> (schema: JSON, pointer: String) {
        var pointer = "/properties/\(side)"
        guard let schema = document["properties"]?[side] else {
            throw DocumentFault("/properties", "there is no \(side) schema")
        }
        var root = schema.objectValue ?? [:]
        if let reference = schema["$ref"]?.stringValue, reference.hasPrefix("#") {
            guard let target = document.value(at: String(reference.dropFirst()))?.objectValue else {
                throw DocumentFault(pointer + "/$ref", "the reference '\(reference)' leads to no schema")
            }
            root = target
            pointer = String(reference.dropFirst())
        }
        let definitions = definitions(of: .object(root), in: document)
        var result: JSONObject = ["$schema": .string(ModelCheck.dialect)]
        for member in root { result[member.key] = member.value }
        if !definitions.isEmpty { result["$defs"] = .object(definitions) }
        return (.object(result), pointer)
    }

    /// The definitions that `schema` reaches, in the order in which they are met.
    private static func definitions(of schema: JSON, in document: JSON) -> JSONObject {
        var found = JSONObject()
        // A list rather than a recursion: definitions may lead from one to the next as often as they like.
        var next = [schema]
        while let value = next.popLast() {
            for name in names(in: value) where found[name] == nil {
                guard let target = document["$defs"]?[name] else { continue }
                found[name] = target
                next.append(target)
            }
        }
        return found
    }

    /// The definitions that a schema refers to.
    private static func names(in value: JSON) -> [String] {
        switch value {
        case .object(let object):
            let steps = (object["$ref"]?.stringValue).map { JSONPointer.tokens(String($0.drop { $0 == "#" })) } ?? []
            let own = steps.count >= 2 && steps[0] == "$defs" ? [steps[1]] : []
            return own + object.flatMap { names(in: $0.value) }
        case .array(let elements): return elements.flatMap(names)
        default: return []
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

extension JSON {
    /// Objects and arrays inside one another.
    fileprivate var depth: Int {
        switch self {
        case .object(let object): 1 + (object.map(\.value.depth).max() ?? 0)
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        default: 0
        }
    }
}
