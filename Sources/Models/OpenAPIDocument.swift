import FalProtocol
import JSON
import JSONSchema
import Platform

/// An OpenAPI 3 document in fal's layout, as `https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=…` gives it:
/// which endpoint it is about, and where in it the schemas of the endpoint's input and output stand.
struct OpenAPIDocument {
    let json: JSON
    let endpoint: EndpointID
    /// JSON Pointers to schemas.
    let input: String
    let output: String

    private static let maxReferences = 32

    init(_ json: JSON) throws(DocumentFault) {
        self.json = json
        guard json.objectValue != nil else { throw DocumentFault("", "an OpenAPI document is an object") }
        guard let version = json["openapi"]?.stringValue else {
            throw DocumentFault(json["openapi"] == nil ? "" : "/openapi", "no OpenAPI document: it has no 'openapi'")
        }
        guard version.hasPrefix("3.") else {
            throw DocumentFault("/openapi", "OpenAPI \(version) is not read, only 3")
        }
        let submit = try Self.submitPath(in: json)
        endpoint = try Self.endpoint(of: json, submit)
        guard let submit else {
            input = try Self.schema(named: "Input", in: json)
            output = try Self.schema(named: "Output", in: json)
            return
        }
        let post = "/paths" + Self.step(submit) + "/post"
        input = try Self.content(of: post + "/requestBody", in: json)
        output = try Self.output(submit, post, in: json)
    }

    private static func step(_ token: String) -> String { JSONPointer.appending(token, to: "") }

    // MARK: The endpoint

    private static let idPlace = "/info/x-fal-metadata/endpointId"

    private static func endpoint(of json: JSON, _ submit: String?) throws(DocumentFault) -> EndpointID {
        if let given = json.value(at: idPlace) {
            guard let id = given.stringValue else { throw DocumentFault(idPlace, "'endpointId' must be a string") }
            do { return try EndpointID(id) } catch {
                throw DocumentFault(idPlace, "'\(id)' is no endpoint: \(error.description)")
            }
        }
        guard let submit else {
            throw DocumentFault("/info", "nothing says which endpoint this is about, neither 'endpointId' nor a path")
        }
        let id = String(submit.drop { $0 == "/" })
        do { return try EndpointID(id) } catch {
            throw DocumentFault("/paths" + step(submit), "'\(id)' is no endpoint: \(error.description)")
        }
    }

    /// The path to which inputs are sent; nil where the document has no such path.
    private static func submitPath(in json: JSON) throws(DocumentFault) -> String? {
        guard let given = json["paths"] else { return nil }
        guard let paths = given.objectValue else { throw DocumentFault("/paths", "'paths' must be an object") }
        let candidates = paths.filter { !$0.key.has("/requests/") && $0.value["post"]?["requestBody"] != nil }
        if let id = json.value(at: idPlace)?.stringValue, candidates.contains(where: { $0.key == "/\(id)" }) {
            return "/\(id)"
        }
        guard candidates.count <= 1 else {
            throw DocumentFault("/paths", "several paths take a POST: 'endpointId' must say which of them is meant")
        }
        return candidates.first?.key
    }

    // MARK: Its schemas

    /// Where no path tells: the one schema whose name ends so.
    private static func schema(named ending: String, in json: JSON) throws(DocumentFault) -> String {
        let names = json.value(at: "/components/schemas")?.objectValue?.keys.filter { $0.hasSuffix(ending) } ?? []
        guard names.count == 1, let name = names.first else {
            throw DocumentFault("/paths", "no path takes a POST, and not one schema alone is called …\(ending)")
        }
        return "/components/schemas" + step(name)
    }

    private static func output(_ submit: String, _ post: String, in json: JSON) throws(DocumentFault) -> String {
        let results = (json["paths"]?.objectValue ?? [:]).filter {
            $0.value["get"] != nil && $0.key.hasSuffix("}") && $0.key.has("/requests/{")
        }
        if let path = results.first(where: { $0.key.hasPrefix(submit + "/") }) ?? results.first {
            return try response(of: "/paths" + step(path.key) + "/get", in: json)
        }
        // The document of the synchronous route: what a POST is answered with is the output.
        let answer = try response(of: post, in: json)
        let schema = try resolved(answer, in: json).value
        guard schema["properties"]?["request_id"] == nil || schema["properties"]?["status"] == nil else {
            throw DocumentFault("/paths", "no path gives a result: …/requests/{request_id} with a GET")
        }
        return answer
    }

    private static func response(of operation: String, in json: JSON) throws(DocumentFault) -> String {
        let responses = json.value(at: operation + "/responses")
        guard let code = ["200", "201", "2XX", "default"].first(where: { responses?[$0] != nil }) else {
            throw DocumentFault(operation, "there is no answer with the status 200")
        }
        return try content(of: "\(operation)/responses/\(code)", in: json)
    }

    /// The schema of a body in JSON.
    private static func content(of place: String, in json: JSON) throws(DocumentFault) -> String {
        let body = try resolved(place, in: json)
        guard let content = body.value["content"]?.objectValue,
            let type = content.keys.first(where: { $0.hasPrefix("application/json") })
                ?? content.keys.first(where: { $0.hasSuffix("+json") })
        else { throw DocumentFault(place, "there is no body of type application/json") }
        guard content[type]?["schema"] != nil else {
            throw DocumentFault("\(body.pointer)/content\(step(type))", "there is no schema of the body")
        }
        return "\(body.pointer)/content\(step(type))/schema"
    }

    /// What stands at `pointer`, with the references followed.
    private static func resolved(
        _ pointer: String, in json: JSON
    ) throws(DocumentFault) -> (pointer: String, value: JSON) {
        var pointer = pointer
        for _ in 0..<maxReferences {
            guard let value = json.value(at: pointer) else { throw DocumentFault(pointer, "nothing stands here") }
            guard let reference = value["$ref"] else { return (pointer, value) }
            pointer = try target(of: reference, at: pointer + "/$ref", in: json)
        }
        throw DocumentFault(pointer, "the references go round in a circle")
    }

    /// The place that a reference leads to.
    static func target(of reference: JSON, at place: String, in json: JSON) throws(DocumentFault) -> String {
        guard let text = reference.stringValue else { throw DocumentFault(place, "'$ref' must be a string") }
        guard text.hasPrefix("#") else {
            throw DocumentFault(place, "only references within the document are followed, not '\(text)'")
        }
        let pointer = decoded(text.dropFirst())
        guard !pointer.isEmpty, json.value(at: pointer) != nil else {
            throw DocumentFault(place, "the reference '\(text)' leads nowhere")
        }
        return pointer
    }

    /// A URL's fragment with its percent signs resolved (RFC 3986 section 2.1).
    private static func decoded(_ fragment: Substring) -> String {
        guard fragment.contains("%") else { return String(fragment) }
        var bytes: [UInt8] = []
        var rest = Array(fragment.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
