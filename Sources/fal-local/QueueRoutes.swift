import FalProtocol
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue

/// The queue's routes: submit, status, result, cancel.
struct QueueRoutes {
    let queue: LocalQueue
    /// The URL at which the caller reached us, for the URLs in answers.
    let base: String

    let activity: Activity

    /// Seconds without news after which a stream shows that it lives.
    private static let pingInterval = 15.0
    /// Bytes of an input.
    private static let maxInput = 10 << 20

    func respond(_ request: Request, _ parts: [String]) async throws -> Response {
        guard let index = parts.lastIndex(of: "requests"), index >= 2, parts.count > index + 1 else {
            return try await submit(request, parts.joined(separator: "/"))
        }
        guard let endpoint = try? EndpointID(parts[..<index].joined(separator: "/")) else { return Self.unknown }
        // As the real queue has it: requests are addressed without the endpoint's path.
        guard endpoint.path == nil else { return Reply.detail(405, "Method Not Allowed") }
        let id = parts[index + 1]
        switch (request.method, Array(parts[(index + 2)...])) {
        case (.get, ["status"]): return try status(request, id, endpoint.base)
        case (.get, ["status", "stream"]): return try stream(request, id, endpoint.base)
        case (.get, []), (.get, ["response"]): return try result(id, endpoint.base)
        case (.put, ["cancel"]): return try await cancel(id, endpoint.base)
        case (_, ["status"]), (_, ["status", "stream"]), (_, []), (_, ["response"]), (_, ["cancel"]):
            return Reply.detail(405, "Method Not Allowed")
        default: return Reply.detail(404, "Path not found")
        }
    }

    private static let unknown = Reply.json(404, ["status": "NOT_FOUND"])

    private func submit(_ request: Request, _ id: String) async throws -> Response {
        guard let endpoint = try? EndpointID(id) else { return Reply.detail(404, "Path /\(id) not found") }
        guard request.method == .post else { return Reply.detail(405, "Method Not Allowed") }
        let buffer: ByteBuffer
        do { buffer = try await request.body.collect(upTo: Self.maxInput) } catch {
            return Reply.detail(413, "the input is larger than \(Self.maxInput) bytes")
        }
        let input: JSON
        do { input = try JSON.parse(Array(buffer.readableBytesView)) } catch {
            return Reply.detail(400, "the body is not JSON: \(error.description)")
        }
        guard input.objectValue != nil else { return Reply.detail(400, "the body must be a JSON object") }
        var wish = LocalQueue.Wish()
        wish.isLow = request.headers[Reply.Name.priority] == "low"
        if let seconds = request.headers[Reply.Name.startTimeout].flatMap(Double.init), seconds > 0 {
            wish.startTimeout = seconds
        }
        wish.maxQueueLength = request.uri.queryParameters["fal_max_queue_length"].flatMap { Int($0) }
        switch try await queue.submit(endpoint, input: input, wish: wish) {
        case .unknownEndpoint: return Reply.detail(404, "Application \"\(endpoint)\" not found")
        case .queueFull: return Reply.detail(429, "The queue is longer than asked for")
        case .queued(let status): return Reply.json(200, wire(status, endpoint.base), requestID: status.requestID)
        }
    }

    private func status(_ request: Request, _ id: String, _ of: String) throws -> Response {
        guard let status = try queue.status(id, of: of, logs: Self.wantsLogs(request)) else { return Self.unknown }
        return Reply.json(status.state == .completed ? 200 : 202, wire(status, of), requestID: id)
    }

    private static func wantsLogs(_ request: Request) -> Bool {
        request.uri.queryParameters["logs"].map { $0 == "1" || $0.lowercased() == "true" } ?? false
    }

    /// Server-sent events: a status at each change, and a comment now and then in between.
    private func stream(_ request: Request, _ id: String, _ of: String) throws -> Response {
        guard try queue.status(id, of: of, logs: false) != nil else { return Self.unknown }
        let logs = Self.wantsLogs(request)
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        headers[Reply.Name.requestID] = id
        return Response(status: .ok, headers: headers, body: ResponseBody { writer in
            try await queue.watch(id, of: of, logs: logs, patience: Self.pingInterval) { status in
                activity.note()
                let event = status.map { "data: \(wire($0, of).text)\n\n" } ?? ": ping\n\n"
                try await writer.write(ByteBuffer(string: event))
            }
            try await writer.finish(nil)
        })
    }

    private func result(_ id: String, _ of: String) throws -> Response {
        switch try queue.result(id, of: of) {
        case .unknown: return Self.unknown
        case .notYet: return Reply.json(400, ["detail": "Request is still in progress"], requestID: id)
        case .done(let outcome):
            let body = outcome.status == 200 ? absolute(outcome.body) : outcome.body
            var response = Reply.json(outcome.status, body, requestID: id)
            if outcome.status >= 400 {
                response.headers[Reply.Name.errorType] = outcome.errorType
                if outcome.errorType == "request_timeout" { response.headers[Reply.Name.timeoutType] = "user" }
            }
            return response
        }
    }

    private func cancel(_ id: String, _ of: String) async throws -> Response {
        switch try await queue.cancel(id, of: of) {
        case nil: Self.unknown
        case true?: Reply.json(202, ["status": "CANCELLATION_REQUESTED"], requestID: id)
        case false?: Reply.json(400, ["status": "ALREADY_COMPLETED"], requestID: id)
        }
    }

    private func wire(_ status: QueueStatus, _ of: String) -> JSON {
        var status = status
        let url = "\(base)/\(of)/requests/\(status.requestID)"
        status.responseURL = url
        status.statusURL = url + "/status"
        status.cancelURL = url + "/cancel"
        return status.wire
    }

    /// Our files are kept by their paths; each caller gets URLs of the host that it knows us by.
    private func absolute(_ value: JSON) -> JSON {
        switch value {
        case .object(let object):
            return .object(JSONObject(object.map { member in
                if member.key == "url", let path = member.value.stringValue, path.hasPrefix("/files/") {
                    return (member.key, .string(base + path))
                }
                return (member.key, absolute(member.value))
            }))
        case .array(let elements): return .array(elements.map(absolute))
        default: return value
        }
    }
}
