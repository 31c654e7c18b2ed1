import FalProtocol
import HTTP
import JSON
import Platform

/// What goes along with a submit or a run beside the input.
public struct SubmitOptions: Sendable {
    public var webhookURL: String?
    /// `normal` or `low`.
    public var priority: String?
    /// Requests with the same hint go to the same runner, if possible.
    public var hint: String?
    /// Seconds in which the run must have started.
    public var startTimeout: Double?
    /// Refused when more wait already.
    public var maxQueueLength: Int?
    /// fal's `X-Fal-Object-Lifecycle-Preference`, for the files that the model makes; nil for the account's setting.
    public var lifecycle: JSON?
    public var headers: [(name: String, value: String)] = []

    public init() {}

    /// All of it that goes out as headers.
    var fields: [(name: String, value: String)] {
        var fields = headers
        if let priority { fields.append(("X-Fal-Queue-Priority", priority)) }
        if let hint { fields.append(("X-Fal-Runner-Hint", hint)) }
        if let startTimeout { fields.append(("X-Fal-Request-Timeout", JSON.number(startTimeout).text)) }
        if let lifecycle { fields.append(("X-Fal-Object-Lifecycle-Preference", lifecycle.text)) }
        return fields
    }

    /// Headers that are ours to set, in lower case: what says who we are, where it goes, and where a message ends.
    public static let reservedHeaders: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "host", "x-fal-target-url", "x-fal-client-proxy",
        "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer", "connection",
        "keep-alive", "proxy-connection", "upgrade", "expect", "accept-encoding",
    ]
}

/// What a cancel came to.
public enum CancelOutcome: String, Sendable {
    case requested = "CANCELLATION_REQUESTED"
    case alreadyCompleted = "ALREADY_COMPLETED"
}

/// fal's queue.
extension FalClient {
    /// Puts a request into the queue. It is never sent twice when it may have been taken.
    public func submit(
        _ endpoint: EndpointID, input: JSON, options: SubmitOptions
    ) async throws(FalError) -> QueueStatus {
        var query: [String] = []
        if let url = options.webhookURL { query.append("fal_webhook=\(Percent.encode(url))") }
        if let length = options.maxQueueLength { query.append("fal_max_queue_length=\(length)") }
        let url = "\(backend.queueURL)/\(endpoint)" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        var policy = RetryPolicy(call: .submit)
        policy.refusesLongQueue = options.maxQueueLength != nil
        let response = try await send("POST", url, headers: options.fields, body: input, policy: policy)
        // A success whose body is unreadable was taken all the same, so it must not be sent again.
        guard let answer = try? JSON.parse(response.body), let id = answer["request_id"]?.stringValue,
            RequestID.isValid(id)
        else { throw FalError(.outcomeUnknown("the queue took the request, but its answer has no request id")) }
        return QueueStatus(answer, requestID: id) ?? QueueStatus(state: .inQueue, requestID: id)
    }

    /// - Parameter logs: whether every line so far comes along.
    public func status(_ endpoint: EndpointID, _ requestID: String, logs: Bool) async throws(FalError) -> QueueStatus {
        let url = requestURL(endpoint, requestID) + "/status?logs=\(logs ? 1 : 0)"
        do throws(FalError) {
            let answer = try json(await send("GET", url, policy: RetryPolicy(call: .status)))
            guard let status = QueueStatus(answer, requestID: requestID) else {
                throw FalError(.malformed("a status that is not known: \(answer["status"]?.text ?? "none")"))
            }
            return status
        } catch {
            throw error.with(requestID)
        }
    }

    /// The status of a request as events: at once, at each change, with the log lines that are new since the last.
    /// - Parameter firstEventLimit: seconds in which the first must come.
    public func statusEvents(
        _ endpoint: EndpointID, _ requestID: String, logs: Bool, firstEventLimit: Double,
        onNews: @escaping @Sendable () -> Void
    ) -> EventStream {
        let url = requestURL(endpoint, requestID) + "/status/stream?logs=\(logs ? 1 : 0)"
        var request = request("GET", url, accepts: "text/event-stream, application/json")
        request.timeout = nil
        // A server pings every 15 s.
        request.stallTimeout = 60
        return http.events(request, firstEventLimit: firstEventLimit, onNews: onNews)
    }

    /// The error that an answer in place of events stands for.
    public func failure(of response: HTTPResponse, _ requestID: String) -> FalError {
        failure(response).with(requestID)
    }

    /// The output of a request that is done; what is no JSON as a file value.
    public func result(_ endpoint: EndpointID, _ requestID: String) async throws(FalError) -> JSON {
        do throws(FalError) {
            let response = try await send("GET", requestURL(endpoint, requestID), policy: RetryPolicy(call: .result))
            return try Output.json(response)
        } catch {
            throw error.with(requestID)
        }
    }

    public func cancel(_ endpoint: EndpointID, _ requestID: String) async throws(FalError) -> CancelOutcome {
        do throws(FalError) {
            let response = try await send(
                "PUT", requestURL(endpoint, requestID) + "/cancel", policy: RetryPolicy(call: .cancel), timeout: 30
            )
            // A success that is none: fal has answered so to what was done already.
            let answer = try? JSON.parse(response.body)
            let isLate = answer?["success"] == false || answer?["status"]?.stringValue == "ALREADY_COMPLETED"
            return isLate ? .alreadyCompleted : .requested
        } catch {
            if case .status(400, let body) = error.cause, body.message.has("ALREADY_COMPLETED") {
                return .alreadyCompleted
            }
            throw error.with(requestID)
        }
    }

    public func requestURL(_ endpoint: EndpointID, _ requestID: String) -> String {
        "\(backend.queueURL)/\(endpoint.base)/requests/\(requestID)"
    }
}

extension FalError {
    func with(_ requestID: String) -> FalError {
        var error = self
        error.requestID = requestID
        return error
    }
}

/// Percent-encoding of a query's value (RFC 3986: all but the unreserved characters).
enum Percent {
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
