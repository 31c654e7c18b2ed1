import HTTP

/// Which failure of which call is tried again, how often and how long after. The one place that says so.
struct RetryPolicy: Sendable {
    enum Call: Sendable {
        /// Status and its kin: nothing happens however often it is made.
        case status
        /// The result: a status of the model's own is stored and would only be read again.
        case result
        /// May be made again only when it is certain that the first was not taken.
        case submit
        /// Makes a place for a file; one too many costs nothing.
        case initiate
        /// The bytes of a file to a place of its own.
        case put
        case cancel
    }

    let call: Call

    static let maxAttempts = 5
    /// Seconds: the first delay, its growth, and where that ends.
    private static let base = 0.5
    private static let cap = 8.0
    private static let maxRetryAfter = 60.0

    /// Whether to try again after no answer.
    func retries(_ error: HTTPError) -> Bool {
        switch error.cause {
        case .resolve, .connect, .timeout, .cut, .other: call == .submit ? !error.wasSent : true
        case .badURL, .tls, .tooLarge, .redirects, .cancelled, .source, .sink: false
        }
    }

    /// Whether to try again after an answer.
    func retries(_ response: HTTPResponse) -> Bool {
        let headers = response.headers
        if headers["x-fal-request-timeout-type"] == "user" { return false }
        for name in ["x-fal-needs-retry", "x-fal-retryable"] {
            if let value = headers[name]?.lowercased(), value == "0" || value == "false" { return false }
        }
        // With the request's id on it, the answer is the queue's or the model's own.
        let isGateway = headers["x-fal-request-id"] == nil
        return switch (call, response.status) {
        case (.submit, 429): true
        case (.submit, 503): isGateway
        case (.submit, _): false
        case (_, 408), (_, 429): true
        case (.status, 500): true
        case (.result, 502), (.result, 503), (.result, 504): isGateway
        case (_, 502), (_, 503), (_, 504): true
        default: false
        }
    }

    /// Seconds before the attempt after attempt number `attempt`, which counts from 1.
    func delay(after attempt: Int, retryAfter: Double?) -> Double {
        if let retryAfter { return min(max(retryAfter, 0), Self.maxRetryAfter) }
        var delay = Self.base
        for _ in 1..<max(attempt, 1) { delay = min(delay * 2, Self.cap) }
        return delay * Double.random(in: 0.75...1.25)
    }
}
