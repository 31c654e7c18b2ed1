import FalProtocol
import HTTP
import JSON

/// fal's synchronous route: the answer is the output.
extension FalClient {
    /// Runs a model. It is never sent twice when it may have been taken; when its task is cancelled the connection is
    /// cut, which ends the run at fal's servers.
    /// - Parameter options: what of them goes out as a header; the rest belongs to the queue.
    public func run(
        _ endpoint: EndpointID, input: JSON, options: SubmitOptions
    ) async throws(FalError) -> (requestID: String?, data: JSON) {
        let url = "\(backend.runURL)/\(endpoint)"
        // As long as the model takes: the caller sets the limit.
        let response = try await send(
            "POST", url, headers: options.fields, body: input, policy: RetryPolicy(call: .run), timeout: nil
        )
        let id = response.headers["x-fal-request-id"].flatMap { RequestID.isValid($0) ? $0 : nil }
        return (id, try Output.json(response))
    }
}
