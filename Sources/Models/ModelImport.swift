import FalProtocol
import JSON

/// Makes a model's document of fal's OpenAPI document of an endpoint.
public struct ModelImport {
    public let endpoint: EndpointID
    /// As it belongs into `<endpoint>.json`; `ModelCheck` finds nothing wrong with it.
    public let document: JSON
    /// What was left out, by its place in the OpenAPI document.
    public let notes: [DocumentFault]

    /// Why nothing can be made of an OpenAPI document: at least one fault, each with its place in it.
    public struct Refused: Error, Sendable {
        public let faults: [DocumentFault]
    }

    /// Rounds in which what does not fit is left out; leaving out may bring up more.
    private static let maxRounds = 4

    /// - Parameter openAPI: the parsed document.
    public init(_ openAPI: JSON) throws(Refused) {
        let schemas: OpenAPISchemas
        var document: JSON
        do { (endpoint, schemas, document) = try Self.converted(openAPI) } catch { throw Refused(faults: [error]) }
        var notes = schemas.notes
        for _ in 0..<Self.maxRounds {
            let faults = ModelCheck(document).faults
            if faults.isEmpty || faults.count >= SchemaLint.maxFaults { break }
            let broken = faults.filter { $0.kind == .broken }.map { schemas.original($0) }
            if !broken.isEmpty { throw Refused(faults: broken) }
            for fault in faults { notes.append(schemas.original(fault, saying: "; it is left out")) }
            // From the end, so that the places of the others hold.
            for fault in faults.reversed() { document = document.removing(JSONPointer.tokens(fault.pointer)[...]) }
        }
        let left = ModelCheck(document).faults
        guard left.isEmpty else { throw Refused(faults: left.map { schemas.original($0) }) }
        self.document = document
        self.notes = notes
    }

    private static func converted(
        _ openAPI: JSON
    ) throws(DocumentFault) -> (EndpointID, OpenAPISchemas, JSON) {
        let source = try OpenAPIDocument(openAPI)
        var schemas = OpenAPISchemas(openAPI)
        let input = try schemas.add(source.input, name: "Input", isInput: true)
        let output = try schemas.add(source.output, name: "Output", isInput: false)
        schemas.close(input)
        let made = document(source.endpoint, openAPI["info"], input, output, schemas.definitions)
        return (source.endpoint, schemas, made)
    }

    private static func document(
        _ endpoint: EndpointID, _ info: JSON?, _ input: String, _ output: String, _ definitions: JSONObject
    ) -> JSON {
        let id = endpoint.description
        var document: JSONObject = ["$schema": .string(ModelCheck.dialect), "$id": .string(ModelCheck.scheme + id)]
        // fal writes the id into a fixed sentence; what else stands there tells something.
        let title = info?["title"]?.stringValue ?? ""
        document["title"] = .string(title.isEmpty || title.hasSuffix(" \(id)") ? id : title)
        if let text = info?["description"]?.stringValue, !text.isEmpty, !text.hasPrefix("The OpenAPI schema for the") {
            document["description"] = .string(text)
        }
        let metadata = info?["x-fal-metadata"]
        for (key, name) in [("x-category", "category"), ("x-documentation", "documentationUrl")] {
            if let text = metadata?[name]?.stringValue, !text.isEmpty { document[key] = .string(text) }
        }
        document["type"] = "object"
        document["required"] = ["input", "output"]
        document["properties"] = [
            "input": ["$ref": .string("#/$defs/\(input)")], "output": ["$ref": .string("#/$defs/\(output)")],
        ]
        document["$defs"] = .object(definitions)
        return .object(document)
    }
}

extension OpenAPISchemas {
    /// A fault of what was made, at the place that it was made of.
    fileprivate func original(_ fault: DocumentFault, saying more: String = "") -> DocumentFault {
        let steps = JSONPointer.tokens(fault.pointer)
        guard steps.count >= 2, steps[0] == "$defs", let origin = origins[steps[1]] else {
            return DocumentFault("", fault.message + more)
        }
        let pointer = steps[2...].reduce(origin) { JSONPointer.appending($1, to: $0) }
        return DocumentFault(pointer, fault.message + more)
    }
}

extension JSON {
    /// The value without what stands at `path`; a list of examples that is empty then goes, too.
    fileprivate func removing(_ path: ArraySlice<String>) -> JSON {
        guard let step = path.first else { return self }
        switch self {
        case .object(var object):
            guard let member = object[step] else { return self }
            let left = path.count == 1 ? Optional<JSON>.none : member.removing(path.dropFirst())
            object[step] = step == "examples" && left == [] ? Optional<JSON>.none : left
            return .object(object)
        case .array(var elements):
            guard let index = Int(step), elements.indices.contains(index) else { return self }
            if path.count == 1 {
                elements.remove(at: index)
            } else {
                elements[index] = elements[index].removing(path.dropFirst())
            }
            return .array(elements)
        default: return self
        }
    }
}
