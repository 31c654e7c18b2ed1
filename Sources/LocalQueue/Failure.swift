import FalProtocol
import JSON
import JSONSchema

/// How a job failed, as the queue tells it: a status and a body for the result, and words for the status call.
public struct Failure: Error, Sendable {
    /// The status of the result's answer.
    public let status: Int
    /// Its body, in either of fal's forms.
    public let body: JSON
    /// What the status call says, for people.
    public let message: String
    /// The same for programs.
    public let errorType: String
    /// Further headers of the result.
    public var headers: JSONObject

    init(_ status: Int, _ body: JSON, _ message: String, _ errorType: String, _ headers: JSONObject = [:]) {
        self.headers = headers
        self.status = status
        self.body = body
        self.message = message
        self.errorType = errorType
    }

    /// The input is at fault: 422, each field with its fault.
    public static func input(_ faults: [FieldFault]) -> Failure {
        Failure(
            422, ["detail": .array(faults.map(\.wire))], ErrorBody.sentence(faults), faults.first?.type ?? "value_error"
        )
    }

    /// The video is at fault.
    public static func video(_ type: String, _ message: String, ctx: JSONObject? = nil) -> Failure {
        .input([FieldFault(loc: ["body", "video_url"], msg: message, type: type, ctx: ctx)])
    }

    /// The same failure of the video that stands at `path` in the input, in place of `video_url`.
    func moved(to path: [PathStep]) -> Failure {
        guard let faults = body["detail"]?.arrayValue else { return self }
        let place = FieldFault(SchemaFault(path: path, cause: .missing, value: .null)).loc
        let detail = faults.map { fault -> JSON in
            guard fault["loc"] == ["body", "video_url"], var object = fault.objectValue else { return fault }
            object["loc"] = .array(place)
            return .object(object)
        }
        return Failure(status, ["detail": .array(detail)], message, errorType, headers)
    }

    /// We are at fault, or the machine.
    public static func server(_ message: String, type: String = "internal_server_error") -> Failure {
        let detail: JSON = [["loc": ["body"], "msg": .string(message), "type": .string(type)]]
        return Failure(500, ["detail": detail], message, type)
    }

    /// The queue or the runner is at fault: fal's other form.
    public static func infrastructure(_ status: Int, _ message: String, type: String) -> Failure {
        Failure(status, ["detail": .string(message), "error_type": .string(type)], message, type)
    }

    /// The run did not start in the time that the caller gave it.
    public static let startTimeout: Failure = {
        var failure = infrastructure(504, "Request timed out", type: "request_timeout")
        failure.headers = ["X-Fal-Request-Timeout-Type": "user"]
        return failure
    }()

    /// The caller asked for its end.
    public static let cancelled = infrastructure(499, "Request was cancelled", type: "client_cancelled")
}
