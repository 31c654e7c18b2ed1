import FalProtocol
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue

/// The queue's routes: submit, status, result, cancel.
struct QueueRoutes {
    let queue: LocalQueue
    let activity: Activity
    let plan: FaultPlan
    /// The URL at which the caller reached the queue, for the URLs in answers.
    let base: String
    /// What our files' paths are put after.
    let fileBase: String

    func respond(_ request: Request, _ parts: [String]) async throws -> Response {
        guard let index = parts.lastIndex(of: "requests"), index >= 2, parts.count > index + 1 else {
            return try await submit(request, parts.joined(separator: "/"))
        }
        guard let endpoint = try? EndpointID(parts[..<index].joined(separator: "/")) else { return Self.unknown }
        // As the real queue has it: requests are addressed without the endpoint's path.
        guard endpoint.path == nil else { return Reply.notAllowed(.post) }
        let id = parts[index + 1]
        switch (request.method, Array(parts[(index + 2)...])) {
        case (.get, ["status"]): return try status(request, id, endpoint.base)
        case (.get, ["status", "stream"]): return try stream(request, id, endpoint.base)
        case (.get, []), (.get, ["response"]): return try result(id, endpoint.base)
        case (.put, ["cancel"]): return try await cancel(id, endpoint.base)
        case (_, ["status"]), (_, ["status", "stream"]), (_, []), (_, ["response"]): return Reply.notAllowed(.get)
        case (_, ["cancel"]): return Reply.notAllowed(.put)
        default: return Reply.noPath
        }
    }

    private static let unknown = Reply.json(404, ["status": "NOT_FOUND"])

    private func submit(_ request: Request, _ id: String) async throws -> Response {
        guard let endpoint = try? EndpointID(id) else { return Reply.detail(404, "Path /\(id) not found") }
        guard request.method == .post else { return Reply.notAllowed(.post) }
        do {
            let (submission, status) = try await Submission.enter(
                request, endpoint, queue: queue, plan: plan, base: fileBase
            )
            var answer = wire(status, endpoint.base)
            // Who is called later is told by which name the run goes.
            if submission.wish.webhook != nil, var object = answer.objectValue {
                object["gateway_request_id"] = .string(status.requestID)
                answer = .object(object)
            }
            return Reply.json(200, answer, requestID: status.requestID)
        } catch let refused as Submission.Refused { return refused.response }
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
            try await queue.watch(id, of: of, logs: logs, patience: plan.pingInterval) { status in
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
        case .expired: return Reply.json(404, ["detail": "Request not found"], requestID: id)
        case .done(let outcome): return Reply.outcome(outcome, id, fileBase: fileBase)
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
        status.wire(at: "\(base)/\(of)/requests/\(status.requestID)")
    }
}
