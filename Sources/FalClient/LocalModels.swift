import FalProtocol
import JSON

/// What only `fal-local` is asked.
extension FalClient {
    /// Makes `fal-local` know a model. One that is compiled into it stays as it is.
    /// - Parameter document: of the model, as it stands in a folder of schemas.
    public func tell(of endpoint: EndpointID, document: JSON) async throws(FalError) {
        _ = try await send("PUT", "\(backend.queueURL)/schemas/\(endpoint)", body: document, policy: .init(call: .status))
    }
}
