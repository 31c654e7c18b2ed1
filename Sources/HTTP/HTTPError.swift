/// Why there was no answer.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Cause: Sendable, Equatable {
        /// The URL cannot be used: malformed, or neither http nor https.
        case badURL
        /// The host's name is unknown.
        case resolve
        /// Nobody answers at that address.
        case connect
        /// The other side's certificate or handshake.
        case tls
        /// `connectTimeout`, `timeout` or `stallTimeout` ran out.
        case timeout
        /// The connection broke in the middle.
        case cut
        /// More bytes than were asked for.
        case tooLarge
        /// An address that the request must not lead to.
        case forbidden
        /// More redirects than allowed.
        case redirects
        /// The task was cancelled.
        case cancelled
        /// The body's file could not be read, or changed while it was sent.
        case source(String)
        /// Whoever took the body could not: a full disk, say.
        case sink(String)
        /// Anything else of libcurl's; its number is in `code`.
        case other
    }

    public let cause: Cause
    /// libcurl's code, 0 where the fault is not its own.
    public let code: Int
    /// In words, without any secret.
    public let message: String
    /// Whether any of the request may have left: while it is false, the other side cannot have seen it.
    public let wasSent: Bool

    public init(_ cause: Cause, code: Int = 0, message: String, wasSent: Bool = false) {
        self.cause = cause
        self.code = code
        self.message = message
        self.wasSent = wasSent
    }

    public var description: String { message }
}
