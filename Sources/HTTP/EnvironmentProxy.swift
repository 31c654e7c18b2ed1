import Glibc
import Platform

/// A proxy that the environment names, as libcurl reads it: `[scheme://][user@]host[:port]`.
struct EnvironmentProxy: Sendable {
    let host: String
    let port: UInt16

    /// libcurl does not read `HTTP_PROXY`, which a request can set in a CGI's environment.
    static let all = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        .compactMap { Environment.get($0) }.compactMap(EnvironmentProxy.init)

    init?(_ text: String) {
        let isSecure = text.lowercased().hasPrefix("https://")
        let url = text.has("://") ? text : "http://" + text
        guard let host = HostAddress.host(ofURL: url), !host.isEmpty else { return nil }
        self.host = host
        port = HostAddress.port(ofURL: url) ?? (isSecure ? 443 : 1080)
    }

    /// Whether a connection to the address may be one to the proxy. A name could lead anywhere, so of that only the
    /// port is known.
    func mayBe(_ address: UnsafePointer<sockaddr>) -> Bool {
        var (named4, named6) = (in_addr(), in6_addr())
        let isAddress4 = inet_aton(host, &named4) != 0
        let isAddress6 = inet_pton(AF_INET6, host, &named6) == 1
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            let there = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
            let isSame = isAddress4 ? named4.s_addr == there.sin_addr.s_addr : !isAddress6
            return isSame && UInt16(bigEndian: there.sin_port) == port
        case AF_INET6:
            var there = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee }
            let isSame = isAddress6 ? memcmp(&named6, &there.sin6_addr, MemoryLayout<in6_addr>.size) == 0 : !isAddress4
            return isSame && UInt16(bigEndian: there.sin6_port) == port
        default: return false
        }
    }
}
