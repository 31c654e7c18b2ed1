import FalProtocol
import HTTP
import JSON
import Platform

/// How often and how long a webhook's receiver is called.
public struct WebhookPolicy: Sendable {
    /// Calls altogether.
    public var calls = 11
    /// Seconds before the second call; each further wait is twice as long.
    public var firstDelay = 1.0
    /// Seconds between two calls at most.
    public var maxDelay = 600.0
    /// Seconds for an answer to the first call.
    public var firstTimeout = 15.0
    /// Seconds for an answer to later calls.
    public var laterTimeout = 120.0

    public init() {}

    func delay(afterCalls count: Int) -> Double {
        min(firstDelay * Double(1 << min(max(count - 1, 0), 20)), maxDelay)
    }
}

/// Calls the webhooks of jobs that ended: signed, on this machine only, again for a while where nobody answers.
actor Webhooks {
    private let store: Store
    private let key: WebhookKey.Kept
    private let http: HTTPClient
    private let policy: WebhookPolicy
    private var active: [String: Task<Void, Never>] = [:]
    private var loop: Task<Void, Never>?
    /// What came of calls and cannot be written down yet. Their rows are among the due ones, of which only so many are
    /// looked at: that bounds them.
    private var unsettled: [String: Settlement] = [:]

    /// What came of a call.
    private struct Settlement: Sendable {
        let isDelivered: Bool
        let outcome: String
        let next: Double?
    }

    /// Receivers that are called at once.
    private static let maxActive = 16
    private static let maxAnswer = 64 << 10

    init(store: Store, key: WebhookKey.Kept, http: HTTPClient, policy: WebhookPolicy) {
        self.store = store
        self.key = key
        self.http = http
        self.policy = policy
    }

    func start() {
        guard loop == nil else { return }
        loop = Task { await callAll() }
    }

    /// Stops at once; a call that is under way is made again at the next start.
    func stop() async {
        loop?.cancel()
        let calls = Array(active.values)
        for call in calls { call.cancel() }
        for call in calls { await call.value }
    }

    private func callAll() async {
        while !Task.isCancelled {
            var next: Double?
            do {
                for job in unsettled.keys { settle(job) }
                // Those that are called already, and those that were, are among the due ones.
                for delivery in try store.dueDeliveries(limit: 2 * Self.maxActive)
                where active[delivery.job] == nil && unsettled[delivery.job] == nil && active.count < Self.maxActive {
                    active[delivery.job] = Task { await call(delivery) }
                }
                next = try store.nextDelivery()
                if !unsettled.isEmpty { next = min(next ?? .infinity, Store.nextTry) }
            } catch {
                Log.error("no webhook can be called: \(error)")
                next = Store.nextTry
            }
            await store.endings.wait(seconds: next.map { max($0 - Timestamp.now.seconds, 0.001) })
        }
    }

    private func call(_ delivery: Store.Delivery) async {
        if let settlement = await deliver(delivery) {
            unsettled[delivery.job] = settlement
            settle(delivery.job)
        }
        active[delivery.job] = nil
        store.endings.ring()
    }

    /// Writes down what came of a call. Where that fails, as on a full disk, it is known in memory until it works:
    /// nobody is called again for that.
    private func settle(_ job: String) {
        guard let known = unsettled[job] else { return }
        do {
            try store.settleDelivery(job, isDelivered: known.isDelivered, outcome: known.outcome, next: known.next)
            unsettled[job] = nil
        } catch { Log.error("what came of the webhook of \(job) cannot be written down yet: \(error)") }
    }

    /// Calls a receiver.
    /// - Returns: nil where nothing came of it: it is called at the next start.
    private nonisolated func deliver(_ delivery: Store.Delivery) async -> Settlement? {
        let calls = delivery.attempts + 1
        var isDelivered = false
        var mayRetry = true
        let outcome: String
        do {
            guard let job = try store.job(delivery.job) else { return nil }
            let body = Self.payload(job, base: delivery.base).bytes
            var request = HTTPRequest("POST", delivery.url, headers: [
                ("Content-Type", "application/json"), ("User-Agent", "fal-local/\(Product.version)"),
            ], body: .bytes(body))
            request.headers += try key.get().headers(requestID: job.id, body: body, at: .now)
            request.timeout = delivery.attempts == 0 ? policy.firstTimeout : policy.laterTimeout
            request.maxResponseBytes = Self.maxAnswer
            let status = try await http.send(request).status
            isDelivered = (200..<300).contains(status)
            mayRetry = !(300..<400).contains(status)
            outcome = "HTTP \(status)"
        } catch let error as HTTPError {
            if Task.isCancelled { return nil }
            outcome = error.message
        } catch {
            outcome = "\(error)"
        }
        let isLast = isDelivered || !mayRetry || calls >= policy.calls
        let next = isLast ? nil : Timestamp.now.seconds + policy.delay(afterCalls: calls)
        if !isDelivered {
            Log.warning("the webhook of \(delivery.job) failed\(isLast ? " for good" : ""): \(outcome)")
        }
        return Settlement(isDelivered: isDelivered, outcome: outcome, next: next)
    }

    /// What a receiver is told.
    static func payload(_ job: Job, base: String) -> JSON {
        var payload: JSONObject = ["request_id": .string(job.id), "gateway_request_id": .string(job.gatewayID)]
        let body = job.bodyType == nil ? job.body.flatMap { try? JSON.parse($0) } : nil
        if job.status == 200 {
            payload["status"] = "OK"
            payload["error"] = .null
            payload["payload"] = body.map { OwnPaths.absolute($0, base: base) } ?? .null
        } else {
            payload["status"] = "ERROR"
            payload["error"] = .string("Invalid status code: \(job.status ?? 500)")
            payload["payload"] = body ?? .null
        }
        if body == nil { payload["payload_error"] = "The output could not be turned into JSON" }
        return .object(payload)
    }

    /// Whether a URL leads to this machine, written in a way that leaves no doubt of it.
    static func isLoopback(_ url: String) -> Bool {
        let scheme = ["http://", "https://"].first { url.lowercased().hasPrefix($0) }
        guard let scheme else { return false }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        return Loopback(authority) != nil
    }
}
