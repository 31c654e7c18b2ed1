import FalClient
import FalProtocol
import Glibc
import HTTP
import JSON
import JSONRPC
import Journal
import Platform

/// The one place that turns what went wrong into the contract's errors.
extension RPCError {
    static func io(_ error: SystemError, path: String) -> RPCError {
        RPCError(code: 1002, kind: "io_error", message: "\(path): \(error.reason)")
    }

    static func io(_ message: String) -> RPCError { RPCError(code: 1002, kind: "io_error", message: message) }

    /// The journal cannot be used: nothing is sent that could not be found again.
    static func io(_ error: JournalError) -> RPCError { .io("\(error); nothing was sent") }

    static func notAFileURL(_ text: String) -> RPCError {
        .invalidParams("\(text.prefix(200)): not the plain URL of a file on this machine")
    }

    /// A file that did not arrive.
    init(_ error: DownloadError, from url: String, to path: String, masking credentials: Credentials?) {
        func unavailable(_ message: String) -> RPCError {
            RPCError(code: 1503, kind: "unavailable", message: "\(url.prefix(500)): \(message)", retryable: true)
        }
        self = switch error {
        case .remote(let error): RPCError(error, endpoint: nil, masking: credentials)
        case .disk(let error) where error.code == EEXIST: .io("\(path): exists already, and overwrite is false")
        case .disk(let error): .io(error, path: path)
        case .wrongSize(let expected, let actual): unavailable("\(actual) bytes came in place of \(expected)")
        case .wrongType(let expected, let actual): unavailable("\(actual) came in place of \(expected)")
        }
    }

    static func notFound(_ message: String) -> RPCError {
        RPCError(code: 1404, kind: "not_found", message: message)
    }

    /// An input that breaks the model's schema.
    static func invalidInput(_ faults: [FieldFault], endpoint: String) -> RPCError {
        .invalidParams(ErrorBody.sentence(faults), data: [
            "endpoint": .string(endpoint), "detail": .array(faults.map(\.json)),
        ])
    }

    /// - Parameter isResult: whether the answer was to a request for a result, whose errors are the model's.
    init(_ error: FalError, endpoint: String?, isResult: Bool = false, masking credentials: Credentials?) {
        self.init(code: 1503, kind: "unavailable", message: "", retryable: true)
        data["request_id"] = error.requestID.map(JSON.string)
        data["endpoint"] = endpoint.map(JSON.string)
        switch error.cause {
        case .unreachable(let cause):
            message = cause.message
            if case .source(let reason) = cause.cause { self = .io(reason) }
            if cause.cause == .forbidden { (code, kind, retryable) = (1001, "outside_roots", false) }
        case .notStarted(let reason): message = reason
        case .outcomeUnknown(let reason):
            (code, kind, retryable) = (1003, "outcome_unknown", false)
            message = "the request may have been taken: \(reason)"
            data["http_status"] = error.httpStatus.map { .int(Int64($0)) }
        case .malformed(let reason):
            (code, kind, retryable) = (1503, "unavailable", false)
            message = reason
        case .status(let status, let body):
            apply(status, body, error, isResult)
        }
        if let credentials { self = masking(credentials) }
    }

    /// Without the key, whoever put it into the message or the data.
    func masking(_ credentials: Credentials) -> RPCError {
        var error = self
        error.message = credentials.masking(message)
        error.data = credentials.masking(data)
        return error
    }

    private mutating func apply(_ status: Int, _ body: ErrorBody, _ error: FalError, _ isResult: Bool) {
        message = body.message
        retryable = false
        data["http_status"] = .int(Int64(status))
        data["error_type"] = body.errorType.map(JSON.string)
        if !body.detail.isEmpty { data["detail"] = .array(body.detail.map(\.json)) }
        let text = body.message.lowercased()
        switch status {
        case 400 where isResult && (text.has("still in progress") || text.has("still in queue")):
            (code, kind, retryable) = (1409, "not_completed", true)
        case _ where body.errorType == "client_cancelled" || status == 499:
            (code, kind) = (-32800, "cancelled")
        case 401: (code, kind) = (1401, "unauthenticated")
        case 403: (code, kind) = (1403, "forbidden")
        case 404, 405, 410: (code, kind) = (1404, "not_found")
        case 422: (code, kind) = (1422, "rejected")
        case 429:
            (code, kind, retryable) = (1429, "rate_limited", true)
            data["retry_after"] = error.retryAfter.map(JSON.number)
        case 300..<400:
            (code, kind) = (1503, "unavailable")
            message = "HTTP \(status): a redirect, which no call with a key follows"
        case 504 where error.isUserTimeout: (code, kind) = (1408, "timeout")
        case 400..<500 where !isResult: (code, kind) = (1422, "rejected")
        case _ where isResult && (error.isFromQueue || status < 500): (code, kind) = (1500, "request_failed")
        default: (code, kind, retryable) = (1503, "unavailable", true)
        }
    }

    /// The caller's time was over before anything was sent.
    static func notSentInTime() -> RPCError {
        RPCError(
            code: 1408, kind: "timeout", message: "the time was over before the request was sent", retryable: true,
            data: ["outcome": "NOT_SENT"]
        )
    }

    /// A request that its last status says has failed.
    init(_ status: QueueStatus, masking credentials: Credentials?) {
        let words = status.error ?? status.errorType ?? "the run failed"
        self.init(code: 1500, kind: "request_failed", message: credentials?.masking(words) ?? words)
        if status.errorType == "client_cancelled" { (code, kind) = (-32800, "cancelled") }
        data["error_type"] = status.errorType.map(JSON.string)
    }

    /// A limit of the mandate's, not of the queue's.
    static func tooManyJobs(_ limit: Int) -> RPCError {
        RPCError(
            code: 1429, kind: "rate_limited",
            message: "the limit of \(limit) jobs an hour is reached; nothing was sent", retryable: true,
            data: ["retry_after": 600]
        )
    }

    static func unauthenticated() -> RPCError {
        RPCError(
            code: 1401, kind: "unauthenticated",
            message: "no key: set FAL_KEY, give --key-file, call configure, or use --backend local"
        )
    }

    func about(_ request: QueuedRequest) -> RPCError { about(request.id, request.endpoint.description) }

    /// With what is known of the request.
    func about(_ requestID: String?, _ endpoint: String?) -> RPCError {
        var error = self
        if error.data["request_id"] == nil { error.data["request_id"] = requestID.map(JSON.string) }
        if error.data["endpoint"] == nil { error.data["endpoint"] = endpoint.map(JSON.string) }
        return error
    }
}
