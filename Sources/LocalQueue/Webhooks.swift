import FalProtocol
import HTTP
import JSON
import Platform

/// How often and how long a webhook's receiver is called.
public struct WebhookPolicy: Sendable {
    /// Calls altogether.
    public var calls = 11
    /// Seconds before the second call; each further wait is twice as long, up to the last.
    public var firstDelay = 1.0
    public var maxDelay = 600.0
    /// Seconds for an answer to the first call, and to later ones.
    public var firstTimeout = 15.0
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
                // Those that are called already are among the due ones.
                for delivery in try store.dueDeliveries(limit: 2 * Self.maxActive)
                where active[delivery.job] == nil && active.count < Self.maxActive {
                    active[delivery.job] = Task { await call(delivery) }
                }
                next = try store.nextDelivery()
            } catch { Log.error("no webhook can be called: \(error)") }
            await store.endings.wait(seconds: next.map { max($0 - Timestamp.now.seconds, 0.001) })
        }
    }

    private func call(_ delivery: Store.Delivery) async {
        await deliver(delivery)
        active[delivery.job] = nil
        store.endings.ring()
    }

    private nonisolated func deliver(_ delivery: Store.Delivery) async {
        let calls = delivery.attempts + 1
        var isDelivered = false
        var mayRetry = true
        let outcome: String
        do {
            guard let job = try store.job(delivery.job) else { return }
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
            if Task.isCancelled { return }
            outcome = error.message
        } catch {
            outcome = "\(error)"
        }
        let isLast = isDelivered || !mayRetry || calls >= policy.calls
        let next = isLast ? nil : Timestamp.now.seconds + policy.delay(afterCalls: calls)
        if !isDelivered {
            Log.warning("the webhook of \(delivery.job) failed\(isLast ? " for good" : ""): \(outcome)")
        }
        do {
            try store.settleDelivery(delivery.job, isDelivered: isDelivered, outcome: outcome, next: next)
        } catch { Log.error("the webhook of \(delivery.job): \(error)") }
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
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }.lowercased()
        if authority == "[::1]" || authority.hasPrefix("[::1]:") { return isPort(authority.dropFirst(5)) }
        let host = authority.prefix { $0 != ":" }
        guard isPort(authority.dropFirst(host.count)) else { return false }
        if host == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { part in
            part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt8(part) != nil
        }
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        guard text.hasPrefix(":") else { return text.isEmpty }
        return text.dropFirst().utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt16(text.dropFirst()) != nil
    }
}
