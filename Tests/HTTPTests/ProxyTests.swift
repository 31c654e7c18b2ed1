import Testing

@testable import HTTP

@Suite struct ProxyTests {
    @Test(arguments: [
        ("https://queue.fal.run/a", true, true), ("http://queue.fal.run/a", true, false),
        ("HTTP://queue.fal.run/a", true, false),
        ("http://v3.fal.media/a", false, true), ("http://localhost.fal.run/a", false, true),
        ("http://128.0.0.1/", false, true),
        ("http://localhost:80/a", false, false), ("https://127.0.0.1/a", true, false),
        ("http://127.9.9.9:1/", false, false),
        ("http://[::1]:80/a", false, false), ("http://LOCALHOST/a", false, false),
        ("http://a.localhost/b", false, false),
        ("http://user@127.0.0.1/", false, false), ("http://127.0.0.1@example.com/", false, true), ("", false, false),
        ("http://localhost?x", false, false),
    ])
    func whatAProxyMayCarry(url: String, hasSecret: Bool, expected: Bool) {
        let headers = hasSecret ? [(name: "AUTHORIZATION", value: "Key x")] : []
        #expect(HTTPRequest("GET", url, headers: headers).mayUseProxy == expected)
    }

    @Test func nothingOfASocket() {
        var request = HTTPRequest("GET", "https://example.com/")
        request.unixSocket = "/tmp/x"
        #expect(!request.mayUseProxy)
    }
}
