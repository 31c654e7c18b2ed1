import Platform

/// A request, as a value.
public struct HTTPRequest: Sendable {
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// `length` bytes of the file from `offset`, read as they are sent. A change of the file ends the exchange.
        case file(OpenFile, offset: Int64, length: Int64)
    }

    public var method: String
    /// Absolute, `http` or `https`.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: Body
    /// The socket to connect to in place of the URL's host.
    public var unixSocket: String?
    /// Seconds until the connection must stand.
    public var connectTimeout: Double = 30
    /// Seconds for the whole exchange; nil for no limit.
    public var timeout: Double? = 120
    /// Seconds without a byte in either direction after which the exchange fails; nil for no limit.
    public var stallTimeout: Double?
    /// Bytes of an answer that is collected in memory.
    public var maxResponseBytes: Int = 64 << 20
    /// Redirects to follow. A request that may be redirected is sent without its `Authorization`.
    public var maxRedirects: Int = 0
    /// Whether libcurl must not send it again by itself, as it does on a kept connection that turns out dead: for
    /// what is paid for. Its body must not be empty, as it is by the body that a second time is noticed.
    public var isSentOnce = false
    /// Whether it must not lead to this machine or a private network, not by its URL, a redirect or a name: for a URL
    /// of somebody who must not reach what only we can. Only a client that does nothing else has no connection to such.
    public var refusesPrivateAddresses = false
    /// Whether its answer is a stream that may stay open for long, and must keep no other from its turn.
    var isEventStream = false
    /// Whether it may take long by its nature, as a file does: such ones leave room for the short.
    var isLong: Bool { timeout == nil && !isEventStream }
    /// Whether the answer may come compressed.
    public var acceptsCompression = true

    public init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: Body = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

extension HTTPRequest {
    /// Whether a proxy that the environment names (`http_proxy` and its kin) may carry it. Not what stays on this
    /// machine, and nothing in clear text that has a secret with it: the proxy would see it.
    var mayUseProxy: Bool {
        if unixSocket != nil { return false }
        let parts = url.lowercased().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return false }
        // The authority, without a user's name before it and a port after it.
        let authority = parts[2].prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let host = place.hasPrefix("[") ? place.prefix { $0 != "]" }.dropFirst() : place.prefix { $0 != ":" }
        let isHere = host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host.hasPrefix("127.")
        if isHere { return false }
        let isClear = parts[0] == "http:"
        return !(isClear && headers.contains { $0.name.lowercased() == "authorization" })
    }
}
