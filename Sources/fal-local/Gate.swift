import FalProtocol
import HTTPTypes
import Hummingbird
import LocalQueue
import Platform
import Synchronization

/// Who may ask: a key, and on TCP nobody whom a web page of another place has sent.
final class Gate: Sendable {
    /// What callers must show; nil behind the socket, whose folder is the caller's own.
    private let key: String?
    /// The port that is listened at, once it is known; nil for the socket, which no browser reaches.
    private let port = Mutex<Int?>(nil)
    let isOpenToNetwork: Bool
    private let tokens = Mutex<[Token]>([])

    private struct Token: Sendable {
        let text: String
        let apps: [String]
        let end: Instant
    }

    private let queue: LocalQueue
    /// The right that the token of the Python client's way of uploading stands for.
    static let upload = "upload"

    /// Tokens for runs that are kept at once; past it the oldest is forgotten.
    private static let maxTokens = 1_000

    init(key: String?, isOnTCP: Bool, queue: LocalQueue) {
        self.key = key
        self.queue = queue
        isOpenToNetwork = isOnTCP
    }

    func listens(at port: Int) { self.port.withLock { $0 = port } }

    /// The answer to a request that came by a name that is not this machine's, or from a page that is not ours.
    ///
    /// A name that an attacker's DNS leads here is as foreign as a page of another place; behind a tunnel, only the
    /// port may differ.
    func foreign(_ request: Request) -> Response? {
        guard isOpenToNetwork else { return nil }
        guard let authority = request.head.authority, Loopback(authority) != nil else {
            return Reply.detail(403, "this host name is not served")
        }
        guard let origin = request.headers[Reply.Name.origin] else { return nil }
        let own = port.withLock { $0 }
        guard let own, origin.hasPrefix("http://"), let place = Loopback(origin.dropFirst(7)),
            Int(place.port ?? 80) == own
        else { return Reply.detail(403, "pages of other origins are not served") }
        return nil
    }

    /// The answer to a request without a key, or with a wrong one.
    func refusal(_ request: Request) -> Response? {
        guard let key else { return nil }
        guard let header = request.headers[.authorization] else {
            return Reply.detail(401, "Authentication is required to access this application.")
        }
        return Secret.isSame(header, "Key \(key)") ? nil : Reply.detail(401, "invalid key credentials")
    }

    /// The same for the storage's direct routes, which take the upload's token in place of the key.
    func uploadRefusal(_ request: Request) -> Response? {
        showsUploadToken(request) ? nil : refusal(request)
    }

    private func showsUploadToken(_ request: Request) -> Bool {
        guard let header = request.headers[.authorization], header.hasPrefix("Bearer ") else { return false }
        return queue.isSeal(String(header.dropFirst("Bearer ".count)), of: Self.upload)
    }

    /// Whether the files of this caller are their own: who shows the upload's token, or a key.
    func isOwner(_ request: Request) -> Bool {
        guard let header = request.headers[.authorization] else { return false }
        if showsUploadToken(request) { return true }
        return key.map { Secret.isSame(header, "Key \($0)") } ?? header.hasPrefix("Key ")
    }

    // MARK: Tokens for runs

    /// A token that stands for the key at the run routes of some apps.
    func makeToken(apps: [String], seconds: Double) -> String {
        let token = Token(text: Random.uuid(), apps: apps, end: Instant.now.advanced(bySeconds: seconds))
        tokens.withLock { tokens in
            tokens.removeAll { $0.end <= .now }
            if tokens.count >= Self.maxTokens { tokens.removeFirst() }
            tokens.append(token)
        }
        return token.text
    }

    /// Whether `text` is a token that is good for the endpoint now.
    func accepts(token text: String, for endpoint: EndpointID) -> Bool {
        tokens.withLock { tokens in
            tokens.contains { token in
                token.end > .now && Secret.isSame(text, token.text)
                    && token.apps.contains { $0 == endpoint.alias || $0 == endpoint.base || $0 == endpoint.description }
            }
        }
    }
}
