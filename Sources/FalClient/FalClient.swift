import FalProtocol
import HTTP
import JSON
import Platform

/// fal's servers, or `fal-local`, as functions: one exchange each, with its retries.
public struct FalClient: Sendable {
    public let backend: Backend
    let http: HTTPClient

    /// Seconds until a connection must stand where there is a second domain to turn to.
    private static let connectLimitWithBackup = 5.0

    public init(backend: Backend, http: HTTPClient) {
        self.backend = backend
        self.http = http
    }

    /// Makes a call to one of the configured hosts, with the key.
    /// - Parameter url: built from the backend's own URLs, never taken from an answer.
    func send(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: JSON? = nil,
        policy: RetryPolicy,
        timeout: Double? = 120
    ) async throws(FalError) -> HTTPResponse {
        var request = self.request(method, url, headers: headers)
        if let body { request.body = .bytes(body.bytes) }
        request.isSentOnce = policy.call.isPaidFor
        request.timeout = timeout
        return try await exchange(request, policy)
    }

    /// A request to one of the configured hosts, with the key, or to the proxy that has one.
    /// - Parameters:
    ///   - url: built from the backend's own URLs, never taken from an answer.
    ///   - headers: they stand in for ours of the same name, and a later one for an earlier.
    ///   - isPublic: for what anybody may read: asked for without the key, and past the proxy.
    func request(
        _ method: String, _ url: String, accepts: String = "application/json",
        headers: [(name: String, value: String)] = [], isPublic: Bool = false
    ) -> HTTPRequest {
        var fields: [(name: String, value: String)] = [
            ("Accept", accepts), ("Content-Type", "application/json"),
            ("User-Agent", Self.userAgent),
        ]
        for header in headers {
            fields.removeAll { $0.name.lowercased() == header.name.lowercased() }
            fields.append(header)
        }
        var request = HTTPRequest(method, url, headers: fields)
        if isPublic {
            // fal's own proxies refuse targets that need no key.
        } else if let proxy = backend.proxyURL {
            // It has a key of its own, and would use ours in place of it.
            request.headers.append(("x-fal-target-url", url))
            request.url = proxy
        } else if let credentials = backend.credentials {
            request.headers.append(("Authorization", credentials.header))
        }
        if backend.backup(of: url) != nil { request.connectTimeout = Self.connectLimitWithBackup }
        request.unixSocket = backend.unixSocket
        return request
    }

    /// Makes an exchange, again where the policy allows it, starting `fal-local` where nobody listens.
    func exchange(
        _ request: HTTPRequest, _ policy: RetryPolicy, onProgress: HTTPClient.Progress? = nil
    ) async throws(FalError) -> HTTPResponse {
        let primary = request.url
        var request = request
        var attempt = 1
        var starts = 0
        while true {
            let failure: FalError
            let answer: Result<HTTPResponse, HTTPError>
            do throws(HTTPError) {
                answer = .success(try await sent(request, policy, onProgress))
            } catch {
                answer = .failure(error)
            }
            switch answer {
            case .success(let response):
                if response.isSuccess { return response }
                failure = self.failure(response, policy)
                guard policy.retries(response) else { throw failure }
            case .failure(let error):
                if !error.wasSent, error.cause == .connect, let start = backend.start, starts < 2 {
                    starts += 1
                    do throws(Backend.StartFailure) { try await start() } catch {
                        throw FalError(.notStarted(error.message))
                    }
                    continue
                }
                failure = FalError(
                    policy.call.isPaidFor && error.wasSent ? .outcomeUnknown(error.message) : .unreachable(error)
                )
                guard policy.retries(error) else { throw failure }
                if !error.wasSent, error.cause == .connect || error.cause == .resolve || error.cause == .timeout,
                    attempt < policy.maxAttempts, !Task.isCancelled
                {
                    if request.url == primary, let backup = backend.backup(of: primary) {
                        request.url = backup
                        attempt += 1
                        Log.info("nobody can be reached, the second domain is asked")
                        continue
                    }
                    request.url = primary
                }
            }
            guard attempt < policy.maxAttempts, !Task.isCancelled else { throw failure }
            let delay = policy.delay(after: attempt, retryAfter: failure.retryAfter)
            Log.debug("attempt \(attempt) of \(request.method) failed, the next in \(delay) s")
            try? await sleep(seconds: delay)
            // Nothing more is sent for whoever has gone meanwhile.
            guard !Task.isCancelled else { throw failure }
            attempt += 1
        }
    }

    /// One sending. A submit is brought to its end though its task is cancelled: cut in the middle, nobody would know
    /// what became of it.
    private func sent(
        _ request: HTTPRequest, _ policy: RetryPolicy, _ onProgress: HTTPClient.Progress?
    ) async throws(HTTPError) -> HTTPResponse {
        guard policy.call == .submit else { return try await http.send(request, onProgress: onProgress) }
        let http = http
        let answer = await Task.detached { () async -> Result<HTTPResponse, HTTPError> in
            do throws(HTTPError) { return .success(try await http.send(request)) } catch { return .failure(error) }
        }.value
        return try answer.get()
    }

    /// What an answer that is no success means.
    func failure(_ response: HTTPResponse, _ policy: RetryPolicy? = nil) -> FalError {
        let headers = response.headers
        let body = ErrorBody(
            status: response.status, body: response.body, errorTypeHeader: headers["x-fal-error-type"]
        )
        var error = FalError(.status(response.status, body), requestID: headers["x-fal-request-id"])
        let isFromQueue = !response.isOfGateway
        if let policy, policy.call.isPaidFor, !policy.provesNothingTaken(response),
            // A run's own answer says what became of it.
            policy.call != .run || !isFromQueue
        {
            error = FalError(.outcomeUnknown(body.message), requestID: error.requestID)
        }
        error.httpStatus = response.status
        error.retryAfter = headers["retry-after"].flatMap { RetryAfter.seconds($0) }
        error.isUserTimeout = headers["x-fal-request-timeout-type"]?.lowercased() == "user"
        error.isFromQueue = isFromQueue
        return error
    }

    func json(_ response: HTTPResponse) throws(FalError) -> JSON {
        do { return try JSON.parse(response.body) } catch {
            throw FalError(
                .malformed("the answer is not JSON: \(error.description)"),
                requestID: response.headers["x-fal-request-id"]
            )
        }
    }
}
