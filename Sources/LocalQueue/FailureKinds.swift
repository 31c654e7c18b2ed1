import FalProtocol
import JSON

/// The ways in which fal's runs fail, by name.
extension Failure {
    /// What the queue or a runner says, with its status.
    private static let infrastructure: [String: (status: Int, message: String)] = [
        "request_timeout": (504, "Request timed out"),
        "startup_timeout": (504, "The runner did not start in time"),
        "runner_scheduling_failure": (503, "No runner could be scheduled"),
        "runner_connection_timeout": (503, "Runner connection timed out"),
        "runner_disconnected": (503, "Runner disconnected"),
        "runner_connection_refused": (503, "Runner refused the connection"),
        "runner_connection_error": (503, "Runner connection failed"),
        "runner_incomplete_response": (502, "Runner sent an incomplete response"),
        "runner_server_error": (500, "Runner failed"),
        "client_disconnected": (499, "The client went away"),
        "client_cancelled": (499, "Request was cancelled"),
        "bad_request": (400, "Bad request"),
        "internal_error": (500, "Internal error"),
    ]

    /// What a model says of itself or of its input, with its status.
    private static let model: [String: (status: Int, message: String)] = [
        "internal_server_error": (500, "Internal server error"),
        "generation_timeout": (504, "Generation timed out"),
        "downstream_service_error": (400, "A service that the model needs failed"),
        "downstream_service_unavailable": (500, "A service that the model needs is not available"),
        "content_policy_violation": (422, "The input was flagged by a content checker"),
        "no_media_generated": (422, "No media was generated"),
    ]

    /// `field` stands for an input out of its range; every other name is the `error_type` or `type` itself.
    static func kind(_ name: String) -> Failure? {
        switch name {
        case "field":
            return .input([
                FieldFault(
                    loc: ["body", "num_inference_steps"], msg: "Input should be less than or equal to 50",
                    type: "less_than_equal", ctx: ["le": 50], input: 99
                )
            ])
        case "file_download_error": return .video(name, "Failed to download the file: 404 Not Found")
        case "request_timeout": return .startTimeout
        default: break
        }
        if let (status, message) = infrastructure[name] { return .infrastructure(status, message, type: name) }
        guard let (status, message) = model[name] else { return nil }
        let fault = FieldFault(loc: ["body"], msg: message, type: name)
        return Failure(status, ["detail": .array([fault.wire])], message, name)
    }

    static var kinds: [String] {
        (["field", "file_download_error"] + infrastructure.keys + model.keys).sorted()
    }
}
