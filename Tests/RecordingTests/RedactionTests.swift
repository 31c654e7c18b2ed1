import JSONRPC
import Platform
import Testing

@testable import Recording

@Suite struct RedactionTests {
    static let key = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0:0123456789abcdef0123456789abcdef"

    static func redacted(_ text: String, known: String? = nil) -> String {
        var rules = Redaction.Rules()
        rules.shownHeaders.append("xfal")
        rules.guarded = ["configure": ["backend"]]
        if let known { rules.find = { $0.ranges(of: Array(known.utf8)) } }
        var redaction = Redaction(rules)
        let bytes = Array(text.utf8)
        var piece = WireSplitter.Piece(bytes, message: text.hasPrefix("{") || text.hasPrefix("[") ? 0..<bytes.count : nil)
        redaction.redact(&piece)
        #expect(piece.bytes.count == bytes.count)
        return String(decoding: piece.bytes, as: UTF8.self)
    }

    /// A secret is masked wherever it stands, and everything else stays, byte for byte.
    @Test(arguments: [
        #"{"method":"configure","params":{"credentials":"§"}}"#,
        #"{"params":{"credentials":["§",{"x":"§"}],"backend":"fal"},"method":"configure"}"#,
        #"{"method":"configure","params":["§"]}"#,
        #"{"method":"configure","params":"§"}"#,
        #"{"method":"configure","params":{"credential":"§"}}"#,
        #"{"method":"configure","params":{"credentials" "§"}}"#,
        #"{"method":"configure","params":{"credentials":§}}"#,
        #"{"method":"configure","params":{"credentials":"§"#,
        #"{"method":"submit","params":{"headers":{"Authorization":"§","X-Fal-Queue-Priority":"low","X-Mine":"§"}}}"#,
        #"{"a":"https://§@host/path?x=1"}"#,
        #"{"a":"https://host/path?X-Amz-Signature=§&x=1"}"#,
        #"{"a":"Authorization: Bearer § and so on"}"#,
        #"{"a":"curl -H 'authorization: Key §' x"}"#,
        #"{"a":"FAL_KEY_SECRET=§"}"#,
        #"{"password":"§","max_tokens":12345678}"#,
        #"{"a":{"b":[{"api-key":"§"}]}}"#,
        "credentials: §", "Authorization: Bearer §\r\n", #""§"#, "§",
    ])
    func masked(form: String) {
        // What stands alone is told by its look, all else by its name, whatever it looks like.
        let words = form.count < 3 ? [Self.key] : [Self.key, "correct-horse-battery"]
        for word in words {
            #expect(!Self.redacted(form.replacing("§", with: word)).contains(word.suffix(10)))
        }
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"prompt":"the key: a secret garden = green"}}"#,
        #"{"a":"https://fal.media/files/x.mp4?b=1","progressToken":"p-1","max_tokens":7,"token":null}"#,
        #"{"method":"configure","params":{"backend":"local"}}"#,
        #"{"error":{"message":"credentials: not a usable key","data":{"detail":[{"loc":["params","credentials"]}]}}}"#,
        #"{"a":"12:30:00","id":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0","b":"http://127.0.0.1:8080/x@y"}"#,
        "Content-Length: 57\r\n\r\n", "Content-Length:99999999999999999999\r\n", "rubbish",
    ])
    func untouched(text: String) { #expect(Self.redacted(text) == text) }

    @Test func aKnownKeyIsFoundHoweverItIsSpelt() {
        let spelt = #"{"a":"\u0061bc-hidden-1","abc-hidden-1":"xabc-hidden-1x"}"#
        let masked = Self.redacted(spelt, known: "abc-hidden-1")
        #expect(!masked.contains("hidden-1"))
        #expect(masked.hasSuffix(#","[redacted]xx":"x[redacted]xxx"}"#))
    }

    @Test func whatConfigureBroughtIsKnownFromThenOn() {
        var rules = Redaction.Rules()
        rules.guarded = ["configure": []]
        var redaction = Redaction(rules)
        func redacted(_ text: String) -> String {
            var piece = WireSplitter.Piece(Array(text.utf8), message: 0..<text.utf8.count)
            redaction.redact(&piece)
            return String(decoding: piece.bytes, as: UTF8.self)
        }
        _ = redacted(#"{"method":"configure","params":{"credentials":"me:correct-horse"}}"#)
        #expect(redacted(#"{"result":"no correct-horse, no me:correct-horse"}"#) == #"{"result":"no [redacted]xxx, no [redacted]xxxxxx"}"#)
    }
}
