import FalClient
import FalProtocol

/// A request of a queue's, by its id.
///
/// A class, as every call that waits holds it.
final class QueuedRequest: Sendable {
    let endpoint: EndpointID
    let id: String
    let client: FalClient
    /// What the queue said when it took the request; nil for one that was sent before.
    let status: QueueStatus?

    init(endpoint: EndpointID, id: String, client: FalClient, status: QueueStatus? = nil) {
        self.endpoint = endpoint
        self.id = id
        self.client = client
        self.status = status
    }
}
