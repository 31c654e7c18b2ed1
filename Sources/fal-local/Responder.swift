import FalProtocol
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import NIOCore
import NIOHTTPTypes
import Platform

/// fal's HTTP routes: who may ask, what goes wrong on purpose, and which part answers.
struct Responder: HTTPResponder {
    /// What Hummingbird knows of a request, and its connection, which a fault may close.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            channel = source.channel
        }
    }

    let queue: LocalQueue
    let gate: Gate
    let activity: Activity
    let plan: FaultPlan

    func respond(to request: Request, context: Context) async throws -> Response {
        activity.note()
        defer { activity.note() }
        let path = request.uri.path
        if let refusal = gate.foreign(request) { return stamped(refusal, path) }
        guard let fault = plan.fault(request.method.rawValue, path) else {
            await sayContinue(request, context)
            return stamped(await answer(request, path), path)
        }
        if fault.delay > 0 { try await Task.sleep(for: .seconds(fault.delay)) }
        if fault.drop == .before {
            try? await context.channel.close()
            throw Shape.closed
        }
        if let status = fault.status { return canned(status, fault) }
        await sayContinue(request, context)
        var request = request
        if !fault.input.isPlain { request.body = fault.input.applied(to: request.body) }
        var response = stamped(await answer(request, path), path)
        if fault.drop == .after || fault.input.cut != nil { try? await context.channel.close() }
        if !fault.set.isEmpty { response = await overwritten(response, fault.set) }
        response.add(fault.headers)
        return shaped(response, fault)
    }

    /// curl waits a second for this before it sends a body of more than 1 MiB.
    private func sayContinue(_ request: Request, _ context: Context) async {
        guard request.headers[Reply.Name.expect]?.lowercased() == "100-continue" else { return }
        try? await context.channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }

    /// Every answer of the API has a request's id; those to questions about no request have one of their own.
    private func stamped(_ response: Response, _ path: String) -> Response {
        var response = response
        if response.headers[Reply.Name.requestID] == nil, !path.hasPrefix("/files/b/"), !path.hasPrefix("/uploads/") {
            response.headers[Reply.Name.requestID] = Random.uuid()
        }
        return response
    }

    private func canned(_ status: Int, _ fault: Fault) -> Response {
        var response: Response
        switch fault.body {
        case nil: response = stamped(Reply.json(status, ["detail": .string("fault \(status)")]), "")
        // A gateway does not know of request ids.
        case "nginx"?: response = Reply.text(status, Fault.gatewayPage(status), type: "text/html")
        case .string(let text)?: response = stamped(Reply.text(status, text), "")
        case let body?: response = stamped(Reply.json(status, body), "")
        }
        // These have none, whatever is said: a client would take it for the beginning of the next answer.
        if [204, 304].contains(status) {
            response.body = ResponseBody()
            response.headers[.contentLength] = nil
            response.headers[.contentType] = nil
        }
        response.add(fault.headers)
        return shaped(response, fault)
    }

    private func shaped(_ response: Response, _ fault: Fault) -> Response {
        guard !fault.output.isPlain else { return response }
        var response = response
        if fault.output.changesLength { response.headers[.contentLength] = nil }
        response.body = fault.output.applied(to: response.body)
        return response
    }

    /// The answer with other members in its JSON, where it is an object.
    private func overwritten(_ response: Response, _ members: JSONObject) async -> Response {
        let sink = BodyBuffer()
        try? await response.body.write(sink)
        guard var object = (try? JSON.parse(sink.bytes))?.objectValue else { return response }
        for member in members { object[member.key] = member.value }
        var changed = Reply.json(response.status.code, .object(object))
        for field in response.headers where field.name != .contentLength { changed.headers[field.name] = field.value }
        return changed
    }

    private func answer(_ request: Request, _ path: String) async -> Response {
        do {
            return try await route(request, path)
        } catch where LocalQueue.isDiskFull(error) {
            return Reply.detail(507, "the disk of the state folder is full")
        } catch {
            Log.error("\(request.method) \(path): \(error)")
            return Reply.detail(500, "\(error)", type: "internal_error")
        }
    }

    private func route(_ request: Request, _ given: String) async throws -> Response {
        let path = given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
        let parts = path.split(separator: "/").map(String.init)
        let base = "http://\(request.head.authority ?? Product.localHost)"
        let uploads = UploadRoutes(queue: queue, plan: plan, activity: activity, base: base)
        let files = FileRoutes(queue: queue, activity: activity, gate: gate)
        // Files and places for uploads are known by names that nobody can guess.
        switch (request.method, parts.first, parts.last) {
        case (.get, "files", _), (.head, "files", _): return try files.get(request, path)
        case (_, "uploads", _): return try await uploads.respond(request, path)
        case (.get, ".well-known", "jwks.json") where parts.count == 2:
            return Reply.json(200, try queue.webhookKey.jwks)
        default: break
        }
        switch parts.first {
        case "api" where parts.starts(with: ["api", "fal", "proxy"]): return try await proxy(request, base)
        case "run": return try await run(base).respond(request, Array(parts.dropFirst()), isTrusted: false)
        case "files":
            if let refusal = gate.uploadRefusal(request) { return refusal }
            switch (request.method, parts) {
            case (.post, ["files", "upload"]): return try await uploads.upload(request)
            case (.post, ["files", "upload", "multipart"]): return try uploads.beginParts(request)
            case (.post, _) where parts.last == "sign":
                return try await files.sign(request, String(path.dropLast("/sign".count)), base)
            case (.put, _) where parts.contains("multipart"), (.post, _) where parts.contains("multipart"):
                return try await uploads.respondToPart(request, path)
            default: return Reply.notAllowed(.get, .head, .post)
            }
        default: break
        }
        if let refusal = gate.refusal(request) { return refusal }
        if let response = try await rest(request, parts, uploads) { return response }
        // No way of fal's: only who owns the state folder may say what a model is.
        if request.method == .put, parts.first == "schemas", !gate.isOpenToNetwork {
            return try await take(request, parts.dropFirst().joined(separator: "/"))
        }
        return try await queueRoutes(base, fileBase: base).respond(request, parts)
    }

    /// Bytes of a model's document.
    private static let maxDocument = 8 << 20

    /// Takes up a model that the caller knows.
    private func take(_ request: Request, _ id: String) async throws -> Response {
        guard let endpoint = try? EndpointID(id) else { return Reply.noPath }
        guard let buffer = try? await request.body.collect(upTo: Self.maxDocument) else {
            return Reply.detail(413, "the document is larger than \(Self.maxDocument) bytes")
        }
        switch try queue.models.take(endpoint, document: Array(buffer.readableBytesView)) {
        case .taken, .isBundled: return Reply.json(200, ["endpoint": .string(endpoint.description)])
        case .malformed(let reason): return Reply.detail(400, reason)
        case .tooMany: return Reply.detail(507, "too many models were brought along")
        }
    }

    /// What fal serves at its REST host.
    private func rest(_ request: Request, _ parts: [String], _ uploads: UploadRoutes) async throws -> Response? {
        guard ["storage", "tokens"].contains(parts.first) else { return nil }
        guard request.method == .post else { return Reply.notAllowed(.post) }
        switch parts {
        case ["storage", "upload", "initiate"]: return try await uploads.initiate(request, hasParts: false)
        case ["storage", "upload", "initiate-multipart"]: return try await uploads.initiate(request, hasParts: true)
        case ["storage", "auth", "token"]: return try uploads.token()
        case ["tokens"]: return await TokenRoutes(gate: gate).respond(request, isRealtime: false)
        case ["tokens", "realtime"]: return await TokenRoutes(gate: gate).respond(request, isRealtime: true)
        default: return Reply.noPath
        }
    }

    private func queueRoutes(_ base: String, fileBase: String) -> QueueRoutes {
        QueueRoutes(queue: queue, activity: activity, plan: plan, base: base, fileBase: fileBase)
    }

    private func run(_ base: String) -> RunRoutes {
        RunRoutes(queue: queue, gate: gate, plan: plan, fileBase: base)
    }

    /// The route that stands between a browser and fal, with the key: what it is sent goes to the target that is named.
    private func proxy(_ request: Request, _ base: String) async throws -> Response {
        guard [.get, .post, .put].contains(request.method) else { return Reply.notAllowed(.get, .post, .put) }
        guard let url = request.headers[Reply.Name.targetURL] else { return Reply.text(400, "Invalid request") }
        guard let target = ProxyTarget(url), plan.proxy.allows(target, request.method) else {
            return Reply.text(400, "Invalid request")
        }
        if !plan.proxy.isOpen || request.headers[.authorization] != nil, let refusal = gate.refusal(request) {
            return refusal
        }
        var head = request.head
        head.path = target.pathAndQuery
        let inner = Request(head: head, body: request.body)
        let parts = inner.uri.path.split(separator: "/").map(String.init)
        switch target.host {
        case "fal.run": return try await run(base).respond(inner, parts, isTrusted: true)
        // Requests are addressed as they would be at fal; files lie here.
        case "queue.fal.run":
            return try await queueRoutes("https://\(target.host)", fileBase: base).respond(inner, parts)
        case "rest.fal.ai":
            let uploads = UploadRoutes(queue: queue, plan: plan, activity: activity, base: base)
            return try await rest(inner, parts, uploads) ?? Reply.noPath
        default: return Reply.text(400, "Invalid request")
        }
    }
}

/// Collects what is written of a body that is in memory anyway.
private final class BodyBuffer: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
