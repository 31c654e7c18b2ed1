import JSON
import Platform
import Testing

@testable import FalClient

@Suite struct WebhookTests {
    private let now = Timestamp(seconds: 1_795_000_000)

    private func headers(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        var headers: JSONObject = [
            "X-Fal-Webhook-Request-Id": "r", "x-fal-webhook-user-id": "u", "X-FAL-WEBHOOK-TIMESTAMP": "1795000000",
            "x-Fal-Webhook-Signature": .string(String(repeating: "aB", count: 64)),
        ]
        change(&headers)
        return headers
    }

    @Test func signsWhatFalSigns() throws {
        let webhook = try Webhook(headers: headers(), body: [], maxAge: 300, now: now)
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(String(decoding: webhook.message, as: UTF8.self) == "r\nu\n1795000000\n\(empty)")
        #expect(webhook.signature == [UInt8](repeating: 0xAB, count: 64))
        #expect(webhook.requestID == "r")
    }

    @Test func knowsItsKey() throws {
        let seeds = [UInt8(1), 2].map { [UInt8](repeating: $0, count: 32) }
        let keys = try seeds.map { try Ed25519.publicKey(seed: $0) }
        let unsigned = try Webhook(headers: headers(), body: [1, 2], maxAge: 300, now: now)
        let signature = Hex.encode(try Ed25519.sign(unsigned.message, seed: seeds[1]))
        let signed = headers { $0["x-Fal-Webhook-Signature"] = .string(signature) }
        let webhook = try Webhook(headers: signed, body: [1, 2], maxAge: 300, now: now)
        #expect(try webhook.isSigned(byOneOf: keys))
        #expect(try !webhook.isSigned(byOneOf: [keys[0], [], [1]]))
        #expect(try !Webhook(headers: signed, body: [1, 3], maxAge: 300, now: now).isSigned(byOneOf: keys))
    }

    @Test(arguments: [(1_795_000_300.0, true), (1_795_000_301, false), (1_794_999_700, true), (1_794_999_699, false)])
    func hasItsTime(seconds: Double, isInTime: Bool) {
        let webhook = try? Webhook(headers: headers(), body: [], maxAge: 300, now: Timestamp(seconds: seconds))
        #expect((webhook != nil) == isInTime)
    }

    @Test(arguments: ["", "0", "abc", "zz", "é", "0g"])
    func noHexadecimalDigits(text: String) { #expect(Hex.decode(text) == (text.isEmpty ? [] : nil)) }

    @Test func keysOfASet() throws {
        let key = try Ed25519.publicKey(seed: [UInt8](repeating: 9, count: 32))
        let padded = Base64.encode(key)
        let x = String(padded.dropLast().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        #expect(WebhookKeys.key(["kty": "OKP", "crv": "Ed25519", "x": .string(x)]) == key)
        #expect(WebhookKeys.key(["kty": "OKP", "crv": "Ed25519", "x": .string(padded)]) == nil)
        #expect(WebhookKeys.key(["kty": "OKP", "crv": "X25519", "x": .string(x)]) == nil)
        #expect(WebhookKeys.key(["kty": "OKP", "crv": "Ed25519", "x": .string(String(x.dropLast(2)))]) == nil)
        #expect(WebhookKeys.key(5) == nil)
    }

    @Test(arguments: [
        (nil, 86_400.0), ("max-age=3600", 3_600), ("public, Max-Age=7200, immutable", 7_200), ("no-store", 60),
        ("max-age=0", 60), ("max-age=-5", 60), ("max-age=1e99", 86_400), ("max-age=nan", 86_400), ("max-age=", 86_400),
        ("max-age=604800", 86_400),
    ])
    func lifetimes(cacheControl: String?, seconds: Double) { #expect(WebhookKeys.lifetime(cacheControl) == seconds) }
}

@Suite struct MaskingTests {
    @Test func masksEveryString() throws {
        let key = try #require(Credentials("abcd1234-id:secretsecret"))
        let text = #"{"a":["x abcd1234-id:secretsecret",{"secretsecret":"secretsecretsecretsecret"}],"#
            + #""n":1.50,"s":"secre"}"#
        let masked = #"{"a":["x abcd…",{"abcd…":"abcd…abcd…"}],"n":1.50,"s":"secre"}"#
        #expect(key.masking(try JSON.parse(text)).text == masked)
        // One without a colon, and one whose half is too short to look for.
        #expect(try #require(Credentials("abcdefgh")).masking("xabcdefghx") == "xabcd…x")
        #expect(try #require(Credentials("abcdefgh:x")).masking("x abcdefgh:x") == "x abcd…")
    }
}
