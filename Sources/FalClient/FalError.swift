import FalProtocol
import HTTP

/// Why a call to fal's servers did not give what it should.
public struct FalError: Error, Sendable {
    public enum Cause: Sendable {
        /// No answer came, after all that was tried.
        case unreachable(HTTPError)
        /// A submit may have been taken, and its answer was lost.
        case outcomeUnknown(String)
        /// The server answered with an error.
        case status(Int, ErrorBody)
        /// The server answered with something that cannot be understood.
        case malformed(String)
        /// `fal-local` could not be started.
        case notStarted(String)
    }

    public let cause: Cause
    /// The status of the answer that left the outcome open.
    public var httpStatus: Int?
    public var requestID: String?
    /// Seconds that the server asked us to wait.
    public var retryAfter: Double?
    /// The caller's own start timeout was the cause.
    public var isUserTimeout = false
    /// Whether the answer came from the queue or the model, and not from a gateway before them.
    public var isFromQueue = false
    /// The storage gave no place for an upload, so that another way is to be tried.
    var isRefusedPlace = false

    /// Whether the file that was to be sent is the reason.
    public var isOfSource: Bool {
        if case .unreachable(let error) = cause, case .source = error.cause { return true }
        return false
    }

    /// Whether it may pass by itself: of a network or a server that is busy or down, and not of what was asked.
    public var isOutage: Bool {
        switch cause {
        case .unreachable(let error): RetryPolicy(call: .status).retries(error)
        case .status(let status, _): [408, 429, 500, 502, 503, 504].contains(status)
        case .outcomeUnknown, .malformed, .notStarted: false
        }
    }

    public init(_ cause: Cause, requestID: String? = nil) {
        self.cause = cause
        self.requestID = requestID
    }
}
