import FalProtocol
import Hummingbird
import JSON
import LocalQueue

/// A request for a run, as it was sent: to the queue or synchronously.
struct Submission: Sendable {
    let endpoint: EndpointID
    let input: JSON
    let wish: LocalQueue.Wish

    struct Refused: Error {
        let response: Response
    }

    /// Bytes of an input.
    private static let maxInput = 10 << 20

    /// Reads a request for a run and puts it into the queue.
    /// - Parameter base: what our files' paths are put after in a webhook.
    static func enter(
        _ request: Request, _ endpoint: EndpointID, queue: LocalQueue, plan: FaultPlan, base: String
    ) async throws -> (submission: Submission, status: QueueStatus) {
        let submission = try await read(request, endpoint, plan: plan, base: base)
        switch try await queue.submit(endpoint, input: submission.input, wish: submission.wish) {
        case .unknownEndpoint:
            throw Refused(response: Reply.detail(404, "Application \"\(endpoint)\" not found"))
        case .queueFull: throw Refused(response: Reply.detail(429, "The queue is longer than asked for"))
        case .queued(let status): return (submission, status)
        }
    }

    private static func read(
        _ request: Request, _ endpoint: EndpointID, plan: FaultPlan, base: String
    ) async throws(Refused) -> Submission {
        func refused(_ status: Int, _ text: String) -> Refused { Refused(response: Reply.detail(status, text)) }
        let buffer: ByteBuffer
        do { buffer = try await request.body.collect(upTo: maxInput) } catch {
            throw refused(413, "the input is larger than \(maxInput) bytes")
        }
        let input: JSON
        do { input = try JSON.parse(Array(buffer.readableBytesView)) } catch {
            throw refused(400, "the body is not JSON: \(error.description)")
        }
        guard input.objectValue != nil else { throw refused(400, "the body must be a JSON object") }
        let headers = request.headers
        let query = request.uri.queryParameters
        var wish = LocalQueue.Wish()
        wish.isLow = headers[Reply.Name.priority] == "low"
        if let seconds = headers[Reply.Name.startTimeout].flatMap(Double.init), seconds > 0 {
            wish.startTimeout = seconds
        }
        wish.lifecycle = headers[Reply.Name.lifecyclePreference]
        wish.keepsIO = headers[Reply.Name.storeIO] != "0"
        wish.isRetried = !["1", "true", "yes"].contains(headers[Reply.Name.noRetry]?.lowercased() ?? "")
        wish.maxQueueLength = query["fal_max_queue_length"].flatMap { Int($0) }
        wish.webhook = query["fal_webhook"].map { (url: String($0), base: base) }
        wish.script = plan.script(endpoint.description, input)
        return Submission(endpoint: endpoint, input: input, wish: wish)
    }
}
