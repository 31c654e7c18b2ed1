import HTTPTypes
import Hummingbird
import JSON
import LocalQueue

/// What a proxy that holds the key lets through, as fal's own server-side helper has it.
struct ProxyRules: Sendable {
    /// Whether callers need no key of their own.
    let isOpen: Bool
    /// Targets, as host, path and query.
    private let targets: [Glob]
    /// Endpoints that may be posted to; empty for all.
    private let endpoints: [Glob]

    /// fal's own list. Multi-part uploads cannot be begun through it.
    private static let standard = [
        "fal.run/**", "queue.fal.run/**", "rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3",
        "rest.fal.ai/storage/upload/complete-multipart?storage_type=fal-cdn-v3",
    ]

    init(_ json: JSON) throws(FaultPlan.Malformed) {
        var reader = try MemberReader(json, in: "\"proxy\"")
        isOpen = try reader.bool("open")
        targets = Self.standard.compactMap { Glob($0, isWhole: true) } + (try reader.patterns("allow"))
        endpoints = try reader.patterns("endpoints")
        try reader.end()
    }

    func allows(_ target: ProxyTarget, _ method: HTTPRequest.Method) -> Bool {
        guard targets.contains(where: { $0.matches(target.host + target.pathAndQuery) }) else { return false }
        guard method == .post, !endpoints.isEmpty, target.host != "fal.ai", !target.host.hasSuffix(".fal.ai") else {
            return true
        }
        let path = target.pathAndQuery.prefix { $0 != "?" }.drop { $0 == "/" }
        return endpoints.contains { $0.matches(String(path)) }
    }
}

/// Where a proxied request is meant to go.
struct ProxyTarget {
    let host: String
    /// From the first slash on.
    let pathAndQuery: String

    /// - Returns: nil for what is no plain URL.
    init?(_ url: String) {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let rest = url.dropFirst(scheme.count)
        host = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
        let tail = rest.dropFirst(host.count)
        pathAndQuery = tail.hasPrefix("/") ? String(tail) : "/" + tail
        guard !host.isEmpty else { return nil }
    }
}
