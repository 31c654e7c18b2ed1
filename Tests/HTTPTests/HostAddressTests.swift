@testable import HTTP
import Testing

@Suite struct HostAddressTests {
    @Test(arguments: [
        "https://fal.media/x.mp4", "http://93.184.215.14/", "http://example.com:8080/a", "https://[2606:2800:21f::1]/",
        "http://8.8.8.8", "http://user:word@example.com/", "http://172.32.0.1/", "http://[64:ff9b::808:808]/",
        "http://xn--bcher-kva.example/",
    ])
    func whoeverMayBeReached(_ url: String) { #expect(HostAddress.objection(toURL: url) == nil) }

    @Test(arguments: [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://017700000001/", "http://2130706433/", "http://0/",
        "http://[::1]/", "http://[::]/", "http://[::ffff:10.0.0.1]/", "http://[::127.0.0.1]/", "http://[fe80::1%25eth0]/",
        "http://[fc00::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[2001::1]/", "http://224.0.0.1/",
        "http://255.255.255.255/", "http://198.18.0.1/", "http://localhost/", "http://a.localhost./", "http://host/",
        "http://nas.local/", "http://x.home.arpa/", "http:///x", "http://", "nonsense", "http://a b.example/",
        "http://%31%32%37.0.0.1/", "http://127.0.0.1\\.example.com/", "http://example.com@10.0.0.1:80/",
    ])
    func nobodyIsLedInward(_ url: String) { #expect(HostAddress.objection(toURL: url) != nil) }

    @Test func namesAreLookedUp() {
        #expect(HostAddress.resolvesPrivately("localhost"))
        #expect(HostAddress.resolvesPrivately("127.0.0.1"))
        #expect(!HostAddress.resolvesPrivately("no-such-name.invalid"))
    }

    @Test(arguments: [
        "http:/10.0.0.1/", "//10.0.0.1/", "/\\10.0.0.1/", "\\\\10.0.0.1", "\u{0B}//10.0.0.1", "\u{0C}http:/10.0.0.1/",
        "//\u{FE0F}10.0.0.1/", "HTTP://127.0.0.1/", "http:10.0.0.1", "mailto:x@localhost",
    ])
    func aRedirectMayNotLeadThere(_ location: String) {
        #expect(HostAddress.objection(toRedirect: location) != nil)
    }

    @Test(arguments: [
        "/get?next=http://localhost/x", "x.mp4", "/a:b?u=https://ok.example/", "?v=1", "", "/", "https://films.example/x",
        "//films.example/x", "a/b:c", "1:2",
    ])
    func aRedirectMayLeadThere(_ location: String) { #expect(HostAddress.objection(toRedirect: location) == nil) }
}
