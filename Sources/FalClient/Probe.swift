import FalProtocol
import HTTP
import Platform

/// One look at whether a host answers: asked once, and not for long.
public struct Probe: Sendable {
    public let status: Int
    public let seconds: Double
    public let isHTTP2: Bool
    /// Of the answer, where it says what is wrong.
    public let message: String

    /// Seconds for the connection, and for all of it.
    private static let connectLimit = 5.0
    private static let limit = 8.0
    /// A request that nobody has made.
    private static let nobody = "00000000-0000-4000-8000-000000000000"

    /// Asks a host for its root, without a key: any answer is one.
    public static func ask(
        _ url: String, unixSocket: String? = nil, http: HTTPClient
    ) async throws(HTTPError) -> Probe {
        var request = HTTPRequest("GET", url, headers: [("User-Agent", FalClient.userAgent)])
        request.unixSocket = unixSocket
        return try await exchange(request, http)
    }

    /// Asks the queue, or the proxy that has the key, for a request that does not exist: it costs nothing, and 401
    /// says that the key is none.
    public static func askWithKey(_ client: FalClient, _ endpoint: EndpointID) async throws(HTTPError) -> Probe {
        let url = client.requestURL(endpoint, nobody) + "/status"
        return try await exchange(client.request("GET", url), client.http)
    }

    private static func exchange(_ request: HTTPRequest, _ http: HTTPClient) async throws(HTTPError) -> Probe {
        var request = request
        request.connectTimeout = connectLimit
        request.timeout = limit
        request.maxResponseBytes = 1 << 20
        let start = Instant.now
        let response = try await http.send(request)
        return Probe(
            status: response.status, seconds: Instant.now.seconds(since: start),
            isHTTP2: response.head.version == .http2,
            message: ErrorBody(status: response.status, body: response.body, errorTypeHeader: nil).message
        )
    }
}
