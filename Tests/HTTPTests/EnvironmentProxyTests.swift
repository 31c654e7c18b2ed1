import Testing

@testable import HTTP

/// How libcurl reads what names a proxy.
struct EnvironmentProxyTests {
    @Test(arguments: [
        ("http://10.0.0.1:3128", "10.0.0.1", 3128), ("proxy:8080", "proxy", 8080), ("proxy", "proxy", 1080),
        ("https://name:word@proxy.example", "proxy.example", 443), ("[::1]:3128", "::1", 3128),
        ("socks5h://PROXY/", "proxy", 1080),
    ] as [(String, String, UInt16)])
    func isRead(_ text: String, _ host: String, _ port: UInt16) throws {
        let proxy = try #require(EnvironmentProxy(text))
        #expect(proxy.host == host)
        #expect(proxy.port == port)
    }

    @Test(arguments: ["", "http://", "http:///x"])
    func isNone(_ text: String) { #expect(EnvironmentProxy(text) == nil) }
}
