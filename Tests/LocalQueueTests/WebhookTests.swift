import FalProtocol
import JSON
import Platform
import Testing

@testable import LocalQueue

struct WebhookTests {
    private let folder: Folder
    private let store: Store

    init() throws {
        folder = try Folder()
        store = try Store(folder.file("queue.db"))
    }

    @Test(arguments: [
        "http://127.0.0.1/x", "http://127.1.2.3:80?x", "http://localhost:1#x", "HTTPS://LOCALHOST/", "http://[::1]:9/x",
        "http://[::1]",
    ])
    func onThisMachine(url: String) { #expect(Webhooks.isLoopback(url)) }

    @Test(arguments: [
        "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://127.0.0/",
        "http://0.0.0.0/", "http://10.0.0.1/", "http://127.0.0.1@example.com/", "http://user@localhost/",
        "http://127.0.0.1:80:90/", "http://127.0.0.1:99999/", "http://[::1", "http://[::2]/", "ftp://localhost/", "",
        "http://127.0.0.1\\@example.com/", "http://127.0.0.0x1/", "http:///x",
    ])
    func elsewhere(url: String) { #expect(!Webhooks.isLoopback(url)) }

    @Test func aDeliveryIsDueWhenItsJobIsDone() throws {
        var job = Store.NewJob(
            id: "a", endpoint: try EndpointID(EndpointID.animateDiffVideoToVideo), input: [:], seed: 7, engine: nil
        )
        job.webhook = ("http://127.0.0.1:1/", "http://fal-local", true)
        _ = try store.add(job)
        _ = try store.takeNext()
        #expect(try store.dueDeliveries(limit: 9).isEmpty)
        try store.finish("a", Ending(output: ["url": "/files/b/x"], metrics: nil))
        // A restart forgets nothing of it.
        let again = try Store(folder.file("queue.db"))
        let delivery = try #require(try again.dueDeliveries(limit: 9).first)
        #expect(delivery.job == "a" && delivery.attempts == 0 && delivery.base == "http://fal-local")
        let later = Timestamp.now.seconds + 60
        try again.settleDelivery("a", isDelivered: false, outcome: "HTTP 500", next: later)
        #expect(try again.dueDeliveries(limit: 9).isEmpty)
        #expect(try again.nextDelivery() == later && again.countDeliveries() == 1)
        try again.settleDelivery("a", isDelivered: true, outcome: "HTTP 200", next: nil)
        #expect(try again.countDeliveries() == 0)
    }

    @Test func payloads() throws {
        func payload(_ ending: Ending) throws -> JSON {
            let id = Random.uuid()
            _ = try store.add(
                Store.NewJob(id: id, endpoint: try EndpointID("a/b"), input: [:], seed: 7, engine: nil)
            )
            try store.finish(id, ending)
            let job = try #require(try store.job(id))
            let payload = Webhooks.payload(job, base: "http://h")
            #expect(payload["request_id"] == .string(id) && payload["gateway_request_id"] == .string(id))
            return payload
        }
        let good = try payload(Ending(output: ["video": ["url": "/files/b/x"]], metrics: nil))
        #expect(good["status"] == "OK" && good["error"] == .null && good["payload_error"] == nil)
        #expect(good["payload"] == ["video": ["url": "http://h/files/b/x"]])
        let bad = try payload(Ending(.video("file_download_error", "no")))
        #expect(bad["status"] == "ERROR" && bad["error"] == "Invalid status code: 422")
        #expect(bad["payload"]?["detail"]?.arrayValue?.first?["type"] == "file_download_error")
        var text = Ending(body: "words", metrics: nil)
        text.bodyType = "text/plain"
        let odd = try payload(text)
        #expect(odd["status"] == "OK" && odd["payload"] == .null && odd["payload_error"] != nil)
    }

    @Test func signaturesAreGood() throws {
        let key = try WebhookKey(file: folder.file("key"))
        #expect(try WebhookKey(file: folder.file("key")).jwks == key.jwks, "it is kept")
        let body = Array(#"{"a":1}"#.utf8)
        let headers = try key.headers(requestID: "r", body: body, at: Timestamp(seconds: 1_700_000_000.9))
        let found = Dictionary(uniqueKeysWithValues: headers)
        #expect(found["X-Fal-Webhook-Request-Id"] == "r" && found["X-Fal-Webhook-Timestamp"] == "1700000000")
        let signature = try #require(found["X-Fal-Webhook-Signature"])
        let message = "r\n\(found["X-Fal-Webhook-User-Id"] ?? "")\n1700000000\n\(try SHA256.hash(body))"
        let x = try #require(key.jwks["keys"]?.arrayValue?.first?["x"]?.stringValue)
        let plain = x.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let publicKey = try #require(Base64.decode(String(plain).utf8))
        #expect(publicKey.count == 32 && !x.contains("="))
        let digits = Array(signature.utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
        #expect(try Ed25519.verify(signature: bytes, message: Array(message.utf8), publicKey: publicKey))
        try Files.write(Array("rubbish".utf8), to: folder.file("key"))
        #expect(throws: Store.Unusable.self) { try WebhookKey(file: folder.file("key")) }
    }

    @Test func delaysGrowToTheirLimit() {
        var policy = WebhookPolicy()
        policy.maxDelay = 10
        #expect((1...6).map(policy.delay(afterCalls:)) == [1, 2, 4, 8, 10, 10])
        #expect(policy.delay(afterCalls: .max) == 10)
    }
}
