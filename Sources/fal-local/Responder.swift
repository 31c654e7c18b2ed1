import FalProtocol
import HTTPTypes
import Hummingbird
import JSON
import LocalQueue
import NIOCore
import NIOHTTPTypes
import Platform

/// fal's HTTP routes: who may ask, and which part answers.
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
    /// What callers must show; nil behind the socket, whose folder is the caller's own.
    let key: String?
    let activity: Activity
    let faults: Faults

    func respond(to request: Request, context: Context) async throws -> Response {
        activity.note()
        defer { activity.note() }
        let path = request.uri.path
        let fault = faults.next(request.method.rawValue, path)
        if let fault {
            if fault.delay > 0 { try await Task.sleep(for: .seconds(fault.delay)) }
            if let status = fault.status {
                var response = Reply.json(status, ["detail": .string("fault \(status)")])
                if let seconds = fault.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
                return response
            }
        }
        // curl waits a second for this before it sends a body of more than 1 MiB.
        if request.headers[Reply.Name.expect]?.lowercased() == "100-continue" {
            try? await context.channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
        }
        let response = await answer(request, path, fault)
        if fault?.isDropped == true { try? await context.channel.close() }
        return response
    }

    private func answer(_ request: Request, _ path: String, _ fault: Fault?) async -> Response {
        do {
            return try await route(request, path, cut: fault?.cut)
        } catch where LocalQueue.isDiskFull(error) {
            return Reply.detail(507, "the disk of the state folder is full")
        } catch {
            Log.error("\(request.method) \(path): \(error)")
            return Reply.detail(500, "\(error)", type: "internal_error")
        }
    }

    private func route(_ request: Request, _ path: String, cut: Int64?) async throws -> Response {
        let parts = path.split(separator: "/").map(String.init)
        let files = FileRoutes(queue: queue, activity: activity)
        // Files and places for uploads are known by names that nobody can guess.
        switch (request.method, parts.first) {
        case (.get, "files"), (.head, "files"): return try files.get(request, path, cut: cut)
        case (.put, "uploads"): return try await files.put(request)
        default: break
        }
        if let refusal = refusal(request) { return refusal }
        let base = Self.base(of: request)
        switch (request.method, parts) {
        case (.post, ["storage", "upload", "initiate"]): return try await files.initiate(request, base)
        case (.post, ["storage", "auth", "token"]): return files.token(base)
        case (.post, ["files", "upload"]): return try await files.upload(request, base)
        default: return try await QueueRoutes(queue: queue, base: base, activity: activity).respond(request, parts)
        }
    }

    private func refusal(_ request: Request) -> Response? {
        guard let key else { return nil }
        guard let header = request.headers[.authorization] else {
            return Reply.detail(401, "Authentication is required to access this application.")
        }
        // The time that it takes must not tell how much of the key was right. "Bearer" is for the upload's token.
        let given = Array(header.utf8)
        func isSame(_ wanted: [UInt8]) -> Bool {
            var difference = UInt8(given.count == wanted.count ? 0 : 1)
            for (index, byte) in wanted.enumerated() { difference |= byte ^ (index < given.count ? given[index] : 0) }
            return difference == 0
        }
        return isSame(Array("Key \(key)".utf8)) || isSame(Array("Bearer \(FileRoutes.uploadToken)".utf8))
            ? nil : Reply.detail(401, "invalid key credentials")
    }

    /// The URL at which the caller reached us.
    private static func base(of request: Request) -> String {
        "http://\(request.head.authority ?? Product.localHost)"
    }
}

/// Answers in fal's forms.
enum Reply {
    static func json(_ status: Int, _ body: JSON, requestID: String? = nil) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if let requestID { headers[Name.requestID] = requestID }
        return Response(
            status: HTTPResponse.Status(code: status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes))
        )
    }

    static func detail(_ status: Int, _ text: String, type: String? = nil) -> Response {
        var body: JSONObject = ["detail": .string(text)]
        body["error_type"] = type.map(JSON.string)
        return json(status, .object(body))
    }

    enum Name {
        static let expect = HTTPField.Name("Expect")!
        static let requestID = HTTPField.Name("x-fal-request-id")!
        static let errorType = HTTPField.Name("X-Fal-Error-Type")!
        static let timeoutType = HTTPField.Name("X-Fal-Request-Timeout-Type")!
        static let priority = HTTPField.Name("X-Fal-Queue-Priority")!
        static let startTimeout = HTTPField.Name("X-Fal-Request-Timeout")!
        static let lifecycle = HTTPField.Name("X-Fal-Object-Lifecycle")!
        static let fileName = HTTPField.Name("X-Fal-File-Name")!
        static let acceptRanges = HTTPField.Name("Accept-Ranges")!
    }
}
