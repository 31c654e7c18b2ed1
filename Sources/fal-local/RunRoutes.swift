import FalProtocol
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import Synchronization

/// The run base, `/run/…`: one request, answered when it is done. The queue stands at the root, so that the two,
/// which fal has on two hosts, are told apart by their paths.
struct RunRoutes {
    let queue: LocalQueue
    let gate: Gate
    let plan: FaultPlan
    /// What our files' paths are put after.
    let fileBase: String

    /// - Parameter isTrusted: whether the caller's right to ask has been seen to.
    func respond(_ request: Request, _ parts: [String], isTrusted: Bool) async throws -> Response {
        // A model's stream has its path after the model's.
        let isStream = parts.count > 2 && parts.last == "stream"
        let id = (isStream ? Array(parts.dropLast()) : parts).joined(separator: "/")
        guard let endpoint = try? EndpointID(id) else { return Reply.detail(404, "Path /\(id) not found") }
        if !isTrusted, let refusal = refusal(request, endpoint) { return refusal }
        guard request.method == .post else { return Reply.notAllowed(.post) }
        // Nobody can fetch the result of one who has gone away, be it before or after the run began.
        let state = Mutex<(id: String?, isGone: Bool)>((nil, false))
        let queue = queue
        @Sendable func abandon() {
            guard let id = state.withLock({ $0.isGone ? $0.id : nil }) else { return }
            Task { _ = try? await queue.cancel(id, of: endpoint.base) }
        }
        var response = try await request.body.consumeWithInboundCloseHandler { body in
            try await run(Request(head: request.head, body: body), endpoint, isStream) { id in
                state.withLock { $0.id = id }
                abandon()
            }
        } onInboundClosed: {
            state.withLock { $0.isGone = true }
            abandon()
        }
        response.headers[.connection] = "close"
        return response
    }

    private func refusal(_ request: Request, _ endpoint: EndpointID) -> Response? {
        if let token = request.uri.queryParameters["fal_jwt_token"], gate.accepts(token: String(token), for: endpoint) {
            return nil
        }
        return gate.refusal(request)
    }

    private func run(
        _ request: Request, _ endpoint: EndpointID, _ isStream: Bool, onStart: (String) -> Void
    ) async throws -> Response {
        let id: String
        do {
            id = try await Submission.enter(request, endpoint, queue: queue, plan: plan, base: fileBase)
                .status.requestID
        } catch let refused as Submission.Refused { return refused.response }
        onStart(id)
        try await queue.wait(for: id)
        guard case .done(let outcome) = try queue.result(id, of: endpoint.base) else {
            return Reply.detail(500, "the request is gone", type: "internal_error")
        }
        let response = Reply.outcome(outcome, id, fileBase: fileBase)
        guard isStream, outcome.status == 200, outcome.bodyType == nil else { return response }
        // The models here have no partial outputs: the last event is the only one.
        let output = Reply.output(outcome, fileBase: fileBase)
        return Reply.text(200, "data: \(output)\n\n", type: "text/event-stream", requestID: id)
    }
}

extension Reply {
    /// The stored status, headers and body of a request that is done.
    static func outcome(_ outcome: LocalQueue.Outcome, _ id: String, fileBase: String) -> Response {
        var response = text(
            outcome.status, output(outcome, fileBase: fileBase), type: outcome.bodyType ?? "application/json",
            requestID: id
        )
        if outcome.status >= 400, outcome.bodyType == nil, let body = try? JSON.parse(outcome.body) {
            // The queue's own errors have the one, the models' the other.
            response.headers[Name.errorType] = body["error_type"]?.stringValue
            if body["detail"]?.arrayValue != nil {
                response.headers[Name.retryable] = outcome.status >= 500 ? "true" : "false"
            }
        }
        response.add(outcome.headers)
        return response
    }

    static func output(_ outcome: LocalQueue.Outcome, fileBase: String) -> String {
        guard outcome.status == 200, outcome.bodyType == nil, let json = try? JSON.parse(outcome.body) else {
            return outcome.body
        }
        return OwnPaths.absolute(json, base: fileBase).text
    }
}
