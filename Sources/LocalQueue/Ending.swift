import JSON

/// How a request ended: what its result is answered with, and what its status says of it.
struct Ending: Sendable {
    let status: Int
    let body: String
    /// The content type of a body that is not JSON.
    var bodyType: String?
    /// Headers to answer with, by name.
    var headers: JSONObject = [:]
    let error: String?
    let errorType: String?
    let metrics: JSON?
    /// Seconds for which the result can be had; nil for as long as the job is kept.
    var lifetime: Double?

    init(output: JSON, metrics: JSON?) { self.init(body: output.text, metrics: metrics) }

    init(body: String, metrics: JSON?) {
        status = 200
        self.body = body
        error = nil
        errorType = nil
        self.metrics = metrics
    }

    init(_ failure: Failure, metrics: JSON? = nil) {
        status = failure.status
        body = failure.body.text
        headers = failure.headers
        error = failure.message
        errorType = failure.errorType
        self.metrics = metrics
    }
}
