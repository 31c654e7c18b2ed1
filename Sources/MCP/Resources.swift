import Bridge
import FalProtocol
import JSON
import JSONRPC
import Journal
import Models
import Platform

/// What can be read: the models' schemas, and the jobs so far with what they made.
struct Resources: Sendable {
    let bridge: Bridge
    let methods: Methods
    let roots: AgentRoots

    static let models = "fal://models/"
    static let requests = "fal://requests/"
    /// Jobs that are listed; by its id any can be read.
    private static let maxListed = 30
    /// Bytes of a picture that is given whole.
    private static let maxPicture = 64 << 10

    static let templates: JSONObject = ["resourceTemplates": [
        [
            "uriTemplate": "fal://models/{+endpoint}", "name": "model",
            "description": "A model's input and output as JSON Schema.", "mimeType": "application/json",
        ],
        [
            "uriTemplate": "fal://requests/{request_id}", "name": "job",
            "description": "A job: its state, and what it made.", "mimeType": "application/json",
        ],
    ]]

    func list() async -> JSONObject {
        let models = bridge.catalog.endpointsBundledFirst.compactMap { id -> JSON? in
            guard let model = try? bridge.catalog.model(id) else { return nil }
            return [
                "uri": .string(Self.models + id), "name": .string(id),
                "description": .string("\(model.title): \(model.description)"), "mimeType": "application/json",
            ]
        }
        let jobs = await bridge.entries(limit: Self.maxListed).compactMap { entry -> JSON? in
            guard let id = entry.requestID else { return nil }
            let time = Timestamp(seconds: Double(entry.created) / 1_000_000).iso8601()
            return [
                "uri": .string(Self.requests + id), "name": .string(id),
                "description": .string("\(entry.endpoint), \(entry.status), sent \(time)"),
                "mimeType": "application/json",
            ]
        }
        return ["resources": .array(models + jobs)]
    }

    func read(_ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        guard let uri = call.params["uri"]?.stringValue else { throw .invalidParams("uri: Field required") }
        if uri.hasPrefix("file:") { return try await file(uri, call, peer) }
        let value: JSON
        if uri.hasPrefix(Self.models) {
            value = try model(String(uri.dropFirst(Self.models.count)), uri, peer)
        } else if uri.hasPrefix(Self.requests) {
            value = try await job(String(uri.dropFirst(Self.requests.count)), uri, peer)
        } else {
            throw Self.notFound(uri, peer)
        }
        return ["contents": [
            ["uri": .string(uri), "mimeType": "application/json", "text": .string(value.prettyText)],
        ]]
    }

    private func model(_ endpoint: String, _ uri: String, _ peer: Peer) throws(RPCError) -> JSON {
        guard let model = try? bridge.catalog.model(endpoint) else { throw Self.notFound(uri, peer) }
        var members: JSONObject = [
            "endpoint": .string(endpoint), "title": .string(model.title), "description": .string(model.description),
        ]
        members["price"] = model.price.map { .string($0.text) }
        members["input"] = model.input
        members["output"] = model.output
        return .object(members)
    }

    private func job(_ id: String, _ uri: String, _ peer: Peer) async throws(RPCError) -> JSON {
        guard let entry = await bridge.entry(id) else { throw Self.notFound(uri, peer) }
        func time(_ micros: Int64) -> JSON { .string(Timestamp(seconds: Double(micros) / 1_000_000).iso8601()) }
        var members: JSONObject = [
            "request_id": .string(id), "endpoint": .string(entry.endpoint), "status": .string(entry.status),
            "created_at": time(entry.created), "updated_at": time(entry.updated),
        ]
        members["error"] = entry.error.map(JSON.string)
        members["asked_by"] = entry.askedBy.flatMap { try? JSON.parse($0) }
        if entry.status == QueueState.completed.rawValue, entry.error == nil {
            let mandate = Mandate(roots: [], askedBy: [:], jobsPerHour: nil)
            // What the queue keeps no longer is told without.
            let answer = try? await methods.result("result", ["request_id": .string(id)], mandate)
            members["output"] = answer?["data"].map { InlineData.without($0) }
        }
        return .object(members)
    }

    /// A file that a tool has linked to. Pictures that are small are given, of all else what it is: a film as text
    /// would only fill the conversation.
    private func file(_ uri: String, _ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        guard case .known(let folders) = await roots.roots(peer, call.params) else {
            return ["resultType": "input_required", "inputRequests": [AgentRoots.question: ["method": "roots/list"]]]
        }
        let mandate = Mandate(roots: folders, askedBy: [:], jobsPerHour: nil)
        guard let named = Bridge.path(ofURL: uri), let path = mandate.readable(named),
            path.split(separator: "/").contains(Substring(ResultFolder.name)), let status = try? Files.status(path),
            status.isRegular
        else { throw Self.notFound(uri, peer) }
        let type = MediaType.guess(name: Files.name(of: path), start: [])
        if type.hasPrefix("image/"), let bytes = try? Files.read(path, limit: Self.maxPicture) {
            return ["contents": [
                ["uri": .string(uri), "mimeType": .string(type), "blob": .string(Base64.encode(bytes))],
            ]]
        }
        var members: JSONObject = ["path": .string(path), "file_size": .int(status.size), "content_type": .string(type)]
        let probe = await MediaProbe(path)
        members["duration"] = probe?.duration.map(JSON.number)
        members["width"] = probe?.width.map(JSON.int)
        members["height"] = probe?.height.map(JSON.int)
        return ["contents": [
            ["uri": .string(uri), "mimeType": "application/json", "text": .string(JSON.object(members).text)],
        ]]
    }

    /// The code for it is another since the protocol has no codes of its own below -32019.
    private static func notFound(_ uri: String, _ peer: Peer) -> RPCError {
        RPCError(
            code: peer.revision.isModern ? -32602 : -32002, kind: "not_found", message: "Resource not found",
            data: ["uri": .string(String(uri.prefix(500)))]
        )
    }
}
