import Glibc
import Platform
import Synchronization

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

    // MARK: Where they are

    /// An address as the kernel has it, with its port.
    private struct Place: Hashable, Sendable {
        let bytes: [UInt8]
        let port: UInt16

        init?(_ address: UnsafePointer<sockaddr>, port: UInt16? = nil) {
            switch CInt(address.pointee.sa_family) {
            case AF_INET:
                var inner = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
                bytes = withUnsafeBytes(of: &inner.sin_addr) { Array($0) }
                self.port = port ?? UInt16(bigEndian: inner.sin_port)
            case AF_INET6:
                var inner = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee }
                bytes = withUnsafeBytes(of: &inner.sin6_addr) { Array($0) }
                self.port = port ?? UInt16(bigEndian: inner.sin6_port)
            default: return nil
            }
        }
    }

    /// What the names led to when they were looked up last.
    private static let places = Mutex<(known: Set<Place>, until: Instant)>(([], Instant(nanoseconds: 0)))
    /// Seconds for which that is taken to hold.
    private static let lifetime = 60.0

    /// Looks the proxies up, where that was not done just now: before an exchange that `hasAddress` is asked for, whose
    /// thread must not wait for names.
    static func lookUp() async {
        guard !all.isEmpty, places.withLock({ $0.until <= .now }) else { return }
        let found = await onThread {
            var found: Set<Place> = []
            for proxy in all {
                HostAddress.forEachAddress(of: proxy.host) { address in
                    if let place = Place(address, port: proxy.port) { found.insert(place) }
                }
            }
            return found
        }
        places.withLock { $0 = (found, .now.advanced(bySeconds: lifetime)) }
    }

    /// Whether a connection to the address is one to a proxy, as they were looked up.
    static func hasAddress(_ address: UnsafePointer<sockaddr>) -> Bool {
        guard let place = Place(address) else { return false }
        return places.withLock { $0.known.contains(place) }
    }
}
