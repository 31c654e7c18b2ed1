import FalProtocol
import Testing

@Suite struct EndpointIDTests {
    struct Case: Sendable {
        let id: String
        let namespace: String?
        let owner: String
        let alias: String
        let path: String?

        init(_ id: String, _ namespace: String?, _ owner: String, _ alias: String, _ path: String?) {
            (self.id, self.namespace, self.owner, self.alias, self.path) = (id, namespace, owner, alias, path)
        }
    }

    @Test(arguments: [
        Case("fal-ai/fast-animatediff/video-to-video", nil, "fal-ai", "fast-animatediff", "video-to-video"),
        Case("fal-ai/fast-animatediff/turbo/video-to-video", nil, "fal-ai", "fast-animatediff", "turbo/video-to-video"),
        Case("fal-ai/amt-interpolation", nil, "fal-ai", "amt-interpolation", nil),
        Case("workflows/fal-ai/sdxl-sticker", "workflows", "fal-ai", "sdxl-sticker", nil),
        Case("workflows/a/b/c/d", "workflows", "a", "b", "c/d"),
        Case("comfy/alice/wf/run", "comfy", "alice", "wf", "run"),
        // Only the first part names a namespace, and only these two words, in lower case.
        Case("a/workflows", nil, "a", "workflows", nil), Case("a/comfy/b", nil, "a", "comfy", "b"),
        Case("Workflows/a/b", nil, "Workflows", "a", "b"), Case("comfyx/a", nil, "comfyx", "a", nil),
        // The form of 2023.
        Case("110602490-lora", nil, "110602490", "lora", nil), Case("1-a-b-C9", nil, "1", "a-b-C9", nil),
        Case("110602490-lora/x", nil, "110602490-lora", "x", nil),
        // What is a name elsewhere is one here.
        Case("a/b/requests", nil, "a", "b", "requests"), Case("A_b.c/D-9", nil, "A_b.c", "D-9", nil),
        Case("a/b/...", nil, "a", "b", "..."), Case("a/b/v1.1", nil, "a", "b", "v1.1"),
    ])
    func reads(expected: Case) throws {
        let endpoint = try EndpointID(expected.id)
        #expect(endpoint.namespace == expected.namespace)
        #expect(endpoint.owner == expected.owner)
        #expect(endpoint.alias == expected.alias)
        #expect(endpoint.path == expected.path)
        let base = [expected.namespace, expected.owner, expected.alias].compactMap(\.self).joined(separator: "/")
        #expect(endpoint.base == base)
        #expect(endpoint.description == base + (expected.path.map { "/" + $0 } ?? ""))
        #expect(try EndpointID(endpoint.description) == endpoint)
    }

    @Test(arguments: [
        "", " ", "/", "//", "a", "a/", "/a", "/a/b", "a/b/", "a//b", "a/b//c", "workflows", "workflows/a", "comfy/a",
        "workflows//a/b", "lora", "lora-110602490", "110602490-", "-lora", "110602490", "1-a_b", "1-a.b", "1-..",
        ".", "..", "./a", "a/.", "a/..", "../a/b", "a/../b", "a/b/..", "a/b/./c", "a/b/../../x",
        "a b/c", " a/b", "a/b ", "a/b\t", "a/b\n", "a\r/b", "a/b\0", "a/b\u{7F}", "a/b\u{1B}[0m",
        "a/b?c", "a/b?", "a/b#c", "#a/b", "a/b%2e", "a/%2e%2e/b", "a/b%", "a\\b/c", "a/b\\..", "a/b;c", "a/b&c",
        "a/b=c",
        "https://fal.run/a/b?", "a/\u{FC}", "a/\u{2215}b", "\u{FF41}/b", "a/b\u{200B}", "a/b\u{202E}", "a/\u{1F600}",
        "a/b'", "a/b\"", "a/<b>", "a/{b}", "a/b|c", "a/b^", "a/b`", "a/b,c", "a/(b)", "a/$b", "a/!b", "a/*",
    ])
    func refuses(id: String) { #expect(throws: EndpointID.Malformed.self) { try EndpointID(id) } }

    @Test func hasABound() throws {
        #expect(throws: Never.self) { try EndpointID("a/" + String(repeating: "b", count: 510)) }
        #expect(throws: EndpointID.Malformed.self) { try EndpointID("a/" + String(repeating: "b", count: 511)) }
    }
}

@Suite struct RequestIDTests {
    @Test(arguments: ["764cabcf-b745-4b3e-ae38-1200304cf45b", "a", "A_9.-", "...a", String(repeating: "a", count: 128)])
    func takes(id: String) { #expect(RequestID.isValid(id)) }

    @Test(arguments: [
        "", ".", "..", "...", "a/b", "/", "../x", "a b", " a", "a\n", "a\0", "a?b", "a#b", "a%2f", "%", "a:b", "a;b",
        "a\\b",
        "a&b", "\u{FC}", "a\u{200B}", "\u{FF41}", String(repeating: "a", count: 129),
    ])
    func refuses(id: String) { #expect(!RequestID.isValid(id)) }
}
