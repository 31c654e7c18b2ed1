import FalProtocol
import JSON
import JSONSchema

/// Says all that is wrong with a model's document.
public struct ModelCheck {
    /// In the order of the document's parts; empty for a good one. Not more than a hundred.
    public let faults: [DocumentFault]

    /// - Parameters:
    ///   - document: the parsed text of the model's file.
    ///   - path: of that file, which must end in the endpoint's id; nil where it is not known.
    public init(_ document: JSON, path: String? = nil) {
        guard document.objectValue != nil else {
            faults = [DocumentFault("", "a model's document is an object")]
            return
        }
        var found = Self.checkIdentity(document, path)
        do throws(DocumentFault) { try Model.measure(document) } catch {
            faults = found + [error]
            return
        }
        for side in ["input", "output"] { found += Self.check(side, of: document) }
        let inner = SchemaLint(document).faults
        found += inner
        // What the looking through knows nothing of, the compiler finds.
        if !found.contains(where: { $0.kind == .broken }) {
            for side in ["input", "output"] {
                do { _ = try Schema(document, at: "/properties/\(side)") } catch {
                    found.append(DocumentFault(error.pointer, error.message))
                }
            }
        }
        faults = Array(found.prefix(SchemaLint.maxFaults))
    }

    /// What stands before the endpoint in `$id`.
    static let scheme = "urn:fal:"
    static let dialect = "https://json-schema.org/draft/2020-12/schema"

    private static func checkIdentity(_ document: JSON, _ path: String?) -> [DocumentFault] {
        var found: [DocumentFault] = []
        if let given = document["$schema"], given.stringValue != dialect {
            found.append(DocumentFault("/$schema", "'$schema' must be \(dialect)"))
        }
        guard let id = document["$id"]?.stringValue, id.hasPrefix(scheme) else {
            let message = "'$id' must be \(scheme) and the endpoint, such as \(scheme)owner/alias"
            return found + [DocumentFault(document["$id"] == nil ? "" : "/$id", message)]
        }
        let name = String(id.dropFirst(scheme.count))
        do {
            let endpoint = try EndpointID(name).description
            if let path, path != "\(endpoint).json", !path.hasSuffix("/\(endpoint).json") {
                found.append(
                    DocumentFault("/$id", "the document is about \(endpoint), so its path must end in \(endpoint).json")
                )
            }
        } catch {
            found.append(DocumentFault("/$id", "'\(name)' is no endpoint: \(error.description)"))
        }
        return found
    }

    private static func check(_ side: String, of document: JSON) -> [DocumentFault] {
        let pointer = "/properties/\(side)"
        guard let schema = document["properties"]?[side] else {
            return [DocumentFault("/properties", "there is no '\(side)' among the properties")]
        }
        var target = schema
        if let reference = schema["$ref"]?.stringValue {
            // A reference elsewhere could not be followed when this side is handed on alone.
            guard reference.hasPrefix("#/$defs/") else {
                return [DocumentFault(pointer + "/$ref", "'\(side)' must refer to a schema in $defs")]
            }
            guard let found = document.value(at: String(reference.dropFirst())) else { return [] }
            target = found
        }
        guard target.objectValue != nil else { return [] }
        guard side == "output" || target["type"] == "object" else {
            return [DocumentFault(pointer, "an input must be of type object")]
        }
        return []
    }
}
