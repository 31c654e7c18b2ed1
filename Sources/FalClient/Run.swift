import FalProtocol
import HTTP
import JSON

/// fal's synchronous route: the answer is the output.
extension FalClient {
    /// Runs a model. It is never sent twice when it may have been taken; when its task is cancelled the connection is
    /// cut, which ends the run at fal's servers.
    /// - Parameter startTimeout: seconds in which the run must have started.
    public func run(
        _ endpoint: EndpointID, input: JSON, startTimeout: Double? = nil
    ) async throws(FalError) -> (requestID: String?, data: JSON) {
        var headers: [(name: String, value: String)] = []
        if let startTimeout { headers.append(("X-Fal-Request-Timeout", JSON.number(startTimeout).text)) }
        let url = "\(backend.runURL)/\(endpoint)"
        // As long as the model takes: the caller sets the limit.
        let response = try await send(
            "POST", url, headers: headers, body: input, policy: RetryPolicy(call: .run), timeout: nil
        )
        let id = response.headers["x-fal-request-id"].flatMap { RequestID.isValid($0) ? $0 : nil }
        return (id, try Output.json(response))
    }
}
