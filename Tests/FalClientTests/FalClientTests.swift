import FalProtocol
import HTTP
import Testing

@testable import FalClient

@Suite struct CredentialsTests {
    @Test func neverShowsItself() throws {
        let key = try #require(Credentials("abcd1234-id:secretsecret"))
        #expect("\(key)" == "abcd…")
        #expect(String(reflecting: key) == "abcd…")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect(key.masking("bad key abcd1234-id:secretsecret, a") == "bad key abcd…, a")
        #expect(key.masking("aab") == "aab")
    }

    @Test(arguments: ["", "a b", "a\r\nX: y", "ä"])
    func refusesWhatNoHeaderCarries(text: String) { #expect(Credentials(text) == nil) }
}

@Suite struct RetryPolicyTests {
    private func response(_ status: Int, _ headers: [String: String] = [:], body: String = "") -> HTTPResponse {
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.append(name, value) }
        return HTTPResponse(head: HTTPHead(status: status, headers: fields, url: ""), body: Array(body.utf8))
    }

    @Test(arguments: [
        ("", true), ("<html>", true), ("{}", true), (#"{"message":"x"}"#, true), (#"{"detail":null}"#, true),
        (#"["detail"]"#, true), (#""detail""#, true), (#"{"detail":"x"}"#, false), (#"{"detail":[]}"#, false),
        (#"{"detail":{}}"#, false), (#"{"error_type":"x"}"#, false), (#"{"request_id":"x"}"#, false),
    ])
    func aGatewayHasNoWordOfFals(body: String, isGateway: Bool) {
        for call in [RetryPolicy.Call.submit, .run] {
            #expect(RetryPolicy(call: call).retries(response(503, body: body)) == isGateway)
        }
        // Reading a result twice costs nothing.
        #expect(RetryPolicy(call: .result).retries(response(503, body: body)))
        #expect(RetryPolicy(call: .submit).provesNothingTaken(response(503, body: body)) == isGateway)
        #expect(!RetryPolicy(call: .submit).provesNothingTaken(response(502, body: body)))
        #expect(!RetryPolicy(call: .submit).retries(response(503, ["X-Fal-Error-Type": "x"], body: body)))
    }

    @Test func aSubmitIsRepeatedOnlyWhenItWasNotTaken() {
        let policy = RetryPolicy(call: .submit)
        #expect(policy.retries(HTTPError(.connect, message: "", wasSent: false)))
        #expect(!policy.retries(HTTPError(.cut, message: "", wasSent: true)))
        #expect(!policy.retries(HTTPError(.timeout, message: "", wasSent: true)))
        #expect(policy.retries(response(429)))
        #expect(policy.retries(response(503)))
        #expect(!policy.retries(response(503, ["X-Fal-Request-Id": "1"])))
        for status in [400, 401, 408, 422, 500, 502, 504] { #expect(!policy.retries(response(status))) }
    }

    @Test func readsAreRepeated() {
        for status in [408, 429, 500, 502, 503, 504] { #expect(RetryPolicy(call: .status).retries(response(status))) }
        #expect(!RetryPolicy(call: .result).retries(response(500)))
        #expect(!RetryPolicy(call: .result).retries(response(503, ["x-fal-request-id": "1"])))
        #expect(!RetryPolicy(call: .status).retries(response(504, ["X-Fal-Request-Timeout-Type": "user"])))
        #expect(!RetryPolicy(call: .status).retries(response(503, ["X-Fal-Needs-Retry": "0"])))
        #expect(!RetryPolicy(call: .status).retries(HTTPError(.tls, message: "")))
    }

    @Test func delaysGrowAndEnd() {
        let policy = RetryPolicy(call: .status)
        #expect((0.37...0.63).contains(policy.delay(after: 1, retryAfter: nil)))
        #expect(policy.delay(after: 1_000, retryAfter: nil) <= 10)
        #expect(policy.delay(after: 1, retryAfter: 3) == 3)
        #expect(policy.delay(after: 1, retryAfter: 1e9) == 60)
    }
}

@Suite struct PercentTests {
    @Test func encodesAQuery() {
        #expect(Percent.encode("https://a.b/c?d=e&f ü") == "https%3A%2F%2Fa.b%2Fc%3Fd%3De%26f%20%C3%BC")
    }
}
