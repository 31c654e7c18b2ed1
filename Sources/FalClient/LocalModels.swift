import FalProtocol
import JSON

/// What only `fal-local` is asked.
extension FalClient {
    /// Makes `fal-local` know a model. One that is compiled into it stays as it is.
    /// - Parameter document: of the model, as it stands in a folder of schemas.
    public func tell(of endpoint: EndpointID, document: JSON) async throws(FalError) {
        let url = "\(backend.queueURL)/schemas/\(endpoint)"
        _ = try await send("PUT", url, body: document, policy: RetryPolicy(call: .status))
    }
}
