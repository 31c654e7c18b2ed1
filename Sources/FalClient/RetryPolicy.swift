import FalProtocol
import HTTP

/// Which failure of which call is tried again, how often and how long after. The one place that says so.
///
/// | call | no answer | 408, 429 | 500 | 502, 503, 504 | attempts |
/// |---|---|---|---|---|---|
/// | status | yes | yes | yes | yes | 6 |
/// | result | yes | yes | no | without fal's headers | 4 |
/// | submit, run | never connected | 429 | no | 503 of a gateway | 4 |
/// | initiate, cancel | yes | yes | no | yes | 4 |
/// | put | yes | yes | yes | yes | 5 |
///
/// Never after `X-Fal-Request-Timeout-Type: user`, nor where `X-Fal-Needs-Retry` or `X-Fal-Retryable` says no.
struct RetryPolicy: Sendable {
    enum Call: Sendable {
        /// Status and its kin: nothing happens however often it is made.
        case status
        /// The result: a status of the model's own is stored and would only be read again.
        case result
        /// May be made again only when it is certain that the first was not taken.
        case submit
        /// Synchronous, and paid for as a submit is.
        case run
        /// Makes a place for a file; one too many costs nothing.
        case initiate
        /// The bytes of a file, or a part of one, to a place of their own.
        case put
        case cancel

        /// Whether it is paid for, so that two are one too many.
        var isPaidFor: Bool { self == .submit || self == .run }
    }

    let call: Call
    /// The caller asked to be refused when the queue is long: waiting for it is not what was meant.
    var refusesLongQueue = false

    /// How often a call is made at most.
    var maxAttempts: Int {
        switch call {
        case .status: 6
        case .put: 5
        case .result, .submit, .run, .initiate, .cancel: 4
        }
    }

    /// Seconds: the first delay, its growth by two, and where that ends; what a server may ask for.
    private static let base = 0.5
    private static let cap = 8.0
    private static let maxRetryAfter = 60.0
    private static let jitter = 0.75...1.25

    /// Whether to try again after no answer.
    func retries(_ error: HTTPError) -> Bool {
        switch error.cause {
        case .resolve, .connect, .timeout, .cut, .other: call.isPaidFor ? !error.wasSent : true
        case .badURL, .tls, .tooLarge, .redirects, .forbidden, .cancelled, .source, .sink: false
        }
    }

    /// Whether to try again after an answer.
    func retries(_ response: HTTPResponse) -> Bool {
        let headers = response.headers
        if headers["x-fal-request-timeout-type"]?.lowercased() == "user" { return false }
        for name in ["x-fal-needs-retry", "x-fal-retryable"] {
            if let value = headers[name]?.lowercased(), value == "0" || value == "false" { return false }
        }
        return switch (call, response.status) {
        case (.submit, 429), (.run, 429): !refusesLongQueue
        case (.submit, 503), (.run, 503): response.isOfGateway
        case (.submit, _), (.run, _): false
        case (_, 408), (_, 429): true
        case (.status, 500), (.put, 500): true
        // A stored answer of the model's bears the request's id, and would only be read again.
        case (.result, 502), (.result, 503), (.result, 504):
            headers["x-fal-request-id"] == nil && headers["x-fal-error-type"] == nil
        case (_, 502), (_, 503), (_, 504): true
        default: false
        }
    }

    /// Whether an error answer proves that nothing was taken: a refusal, and not something that broke on the way.
    func provesNothingTaken(_ response: HTTPResponse) -> Bool {
        switch response.status {
        case 408: false
        case 300..<500: true
        case 504: response.headers["x-fal-request-timeout-type"]?.lowercased() == "user"
        case 503: response.isOfGateway
        default: false
        }
    }

    /// Seconds before the attempt after attempt number `attempt`, which counts from 1.
    func delay(after attempt: Int, retryAfter: Double?) -> Double {
        if let retryAfter { return min(max(retryAfter, 0), Self.maxRetryAfter) }
        var delay = Self.base
        for _ in 1..<max(attempt, 1) { delay = min(delay * 2, Self.cap) }
        return delay * Double.random(in: Self.jitter)
    }
}

extension HTTPResponse {
    /// Whether an error answer is of something before the queue: without a word of fal's on it or in it. With one, it
    /// is the queue's or the model's own, and what it is about was taken.
    var isOfGateway: Bool {
        headers["x-fal-request-id"] == nil && headers["x-fal-error-type"] == nil
            && !ErrorBody(status: status, body: body).isFromQueue
    }
}
