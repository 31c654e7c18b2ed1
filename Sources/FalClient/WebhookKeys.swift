import FalProtocol
import HTTP
import JSON
import Platform

/// The public keys that fal signs webhooks with: fetched when they are first needed, and kept for a day at most.
public actor WebhookKeys {
    private struct KeySet {
        let keys: [[UInt8]]
        let until: Instant
    }

    /// One place of a key set.
    private struct Place {
        var set: KeySet?
        /// When it was fetched anew for a signature that no key fitted; only those that still count.
        var renewals: [Instant] = []
        var failure: (error: FalError, until: Instant)?
        var fetch: Task<Result<KeySet, FalError>, Never>?
    }

    private var places: [String: Place] = [:]

    /// Seconds that a set is kept, whatever the server says.
    private static let lifetime = 60.0...86_400.0
    /// Forged signatures must not make us ask without end: so many renewals in so many seconds.
    private static let maxRenewals = 3
    private static let renewalSeconds = 600.0
    /// Seconds in which a failure is not tried again.
    private static let failureSeconds = 1.0
    private static let maxPlaces = 16
    private static let maxKeys = 100
    private static let maxBytes = 1 << 20

    public init() {}

    /// The keys as they are known; fetched if they are not.
    public func keys(_ client: FalClient) async throws(FalError) -> [[UInt8]] {
        let url = Self.url(client)
        if let set = places[url]?.set, set.until > Instant.now { return set.keys }
        return try await fetched(url, client)
    }

    /// The keys fetched anew, for a signature that none of `known` fits.
    /// - Returns: nil when that was done often enough of late.
    public func renewed(_ client: FalClient, known: [[UInt8]]) async throws(FalError) -> [[UInt8]]? {
        let url = Self.url(client)
        // Another call has renewed them in the meantime.
        if let set = places[url]?.set, set.until > Instant.now, set.keys != known { return set.keys }
        let now = Instant.now
        var place = places[url] ?? Place()
        if place.fetch == nil {
            place.renewals.removeAll { now.seconds(since: $0) > Self.renewalSeconds }
            guard place.renewals.count < Self.maxRenewals else { return nil }
            place.renewals.append(now)
            places[url] = place
        }
        return try await fetched(url, client)
    }

    /// One fetch at a time, whoever waits for it.
    private func fetched(_ url: String, _ client: FalClient) async throws(FalError) -> [[UInt8]] {
        if let failure = places[url]?.failure, failure.until > Instant.now { throw failure.error }
        if places[url] == nil, places.count >= Self.maxPlaces { places.removeAll() }
        let fetch = places[url]?.fetch ?? Task.detached {
            do throws(FalError) { return .success(try await Self.fetch(client)) } catch { return .failure(error) }
        }
        places[url, default: Place()].fetch = fetch
        guard let result = await Self.value(of: fetch) else {
            throw FalError(.unreachable(HTTPError(.cancelled, message: "cancelled")))
        }
        places[url]?.fetch = nil
        switch result {
        case .success(let set):
            places[url]?.set = set
            places[url]?.failure = nil
            return set.keys
        case .failure(let error):
            places[url]?.failure = (error, Instant.now.advanced(bySeconds: Self.failureSeconds))
            throw error
        }
    }

    /// - Returns: nil when the waiting task is cancelled; the fetch goes on, as others may wait for it too.
    private static func value<Value: Sendable>(of fetch: Task<Value, Never>) async -> Value? {
        let values = AsyncStream<Value> { continuation in
            Task.detached {
                continuation.yield(await fetch.value)
                continuation.finish()
            }
        }
        return await values.first { _ in true }
    }

    private static func url(_ client: FalClient) -> String { "\(client.backend.restURL)/.well-known/jwks.json" }

    private static func fetch(_ client: FalClient) async throws(FalError) -> KeySet {
        var request = client.request("GET", url(client), isPublic: true)
        request.maxResponseBytes = maxBytes
        request.timeout = 30
        // Fewer attempts than for a status: whoever called the webhook waits for an answer.
        let response = try await client.exchange(request, RetryPolicy(call: .initiate))
        guard let entries = try client.json(response)["keys"]?.arrayValue else {
            throw FalError(.malformed("the key set for webhooks has no list of keys"))
        }
        let age = lifetime(response.headers["cache-control"])
        return KeySet(
            keys: entries.prefix(maxKeys).compactMap(key), until: Instant.now.advanced(bySeconds: age)
        )
    }

    /// The 32 bytes of an Ed25519 key in a set (RFC 8037); nil for one of another kind, or a broken one.
    static func key(_ entry: JSON) -> [UInt8]? {
        guard entry["kty"] == "OKP", entry["crv"] == "Ed25519", let text = entry["x"]?.stringValue,
            text.utf8.count == 43
        else { return nil }
        var base64: [UInt8] = []
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: base64.append(character)
            default: return nil
            }
        }
        guard let bytes = Base64.decode(base64), bytes.count == Ed25519.publicKeyBytes else { return nil }
        return bytes
    }

    /// How long an answer may be kept by its `Cache-Control`, within our own bounds.
    static func lifetime(_ cacheControl: String?) -> Double {
        var seconds = lifetime.upperBound
        for part in (cacheControl ?? "").lowercased().split(separator: ",") {
            let word = part.trimmingBlanks()
            if word == "no-store" || word == "no-cache" { seconds = 0 }
            if word.hasPrefix("max-age="), let age = Double(word.dropFirst("max-age=".count)), age.isFinite {
                seconds = min(seconds, age)
            }
        }
        return min(max(seconds, lifetime.lowerBound), lifetime.upperBound)
    }
}
