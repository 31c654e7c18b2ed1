import JSONRPC
import Testing

@testable import Recording

@Suite struct RecordingTests {
    /// Bytes come back exactly, whatever they are.
    @Test(arguments: [
        "{\"id\":1}\n", "{\"id\":1}\r\n", "\n\n{\"a\": 0.10,  \"a\":1e400}\n", "Content-Length: 8\r\n\r\n{\"id\":1}", "[1,-0]\n",
        "{\"id\":1", "rubbish\n", "{\"in\":{\"x\":\",\\\"in\\\":\"}}\n", "{\n\"id\":1}\n", "\u{FEFF}{}\n", "{\"a\":\"ü\u{2028}\"}\n",
    ])
    func roundTrip(text: String) throws {
        for direction in WireTap.Direction.allCases {
            var splitter = WireSplitter(maxBytes: 1_000)
            let pieces = Array(text.utf8).withUnsafeBytes { splitter.append($0) } + splitter.finish()
            var file = Array(#"{"recording":1,"program":"p","version":"1","arguments":[]}"#.utf8) + [0x0A]
            var redaction = Redaction(Redaction.Rules())
            for var piece in pieces {
                redaction.redact(&piece)
                RecordingLine.write(piece, direction, at: "0.000001", to: &file)
            }
            let entries = try Recording(file).entries
            var bytes: [UInt8] = []
            for entry in entries {
                guard case .piece(direction, let piece) = entry.what else { continue }
                bytes += piece.bytes
            }
            #expect(bytes == Array(text.utf8))
        }
    }

    @Test func bytesThatAreNoText() throws {
        var file = Array(#"{"recording":1,"program":"p","version":"1","arguments":[]}"#.utf8) + [0x0A]
        let bytes: [UInt8] = [0x7B, 0x22, 0xFF, 0x22, 0x7D, 0x0A]
        var given = WireSplitter.Piece(bytes, message: 0..<5)
        var redaction = Redaction(Redaction.Rules())
        redaction.redact(&given)
        RecordingLine.write(given, .input, at: "0.5", to: &file)
        guard case .piece(.input, let piece)? = try Recording(file).entries.first?.what else { throw Recording.Unusable("") }
        #expect(piece.bytes == bytes)
    }

    @Test(arguments: [
        ("", "line 1"), ("{}\n", "line 1: no recording"), ("{\"recording\":2}\n", "form 2"), ("{\"recording\":1}\n", "without"),
        ("rubbish\n", "line 1"),
    ])
    func unusable(text: String, words: String) {
        #expect { try Recording(Array(text.utf8)) } throws: { "\($0)".contains(words) }
    }

    @Test func aLineThatWasBeingWritten() throws {
        let text = "{\"recording\":1,\"program\":\"p\",\"version\":\"1\",\"arguments\":[]}\n{\"t\":1,\"in_end\":true}\n{\"t\":2,\"i"
        let recording = try Recording(Array(text.utf8))
        #expect(recording.isCut && recording.entries.count == 1)
    }
}

@Suite struct WireSplitterTests {
    /// In pieces of any size, the bytes of all pieces are the stream.
    @Test(arguments: [1, 2, 3, 7, 1_000])
    func nothingIsLost(size: Int) {
        let lines = "\u{FEFF}{\"id\":1}\n\nrubbish\r\n{\"id\":2}\r\nContent-Length: 8\r\n\r\n{\"id\":3}{\"id\":4"
        let headers = "no header\r\nContent-Length: 8\r\nX: y\r\n\r\n{\"id\":1}\n\nContent-Length: -5\r\n\r\nContent-Length: 8\r\n\r\n{\"id\""
        let large = "{\"id\":1}\n" + String(repeating: "x", count: 300) + "\n{\"id\":2}\n" + String(repeating: "y ", count: 100)
        for text in [lines, headers, large] {
            let bytes = Array(text.utf8)
            var splitter = WireSplitter(maxBytes: 100)
            var pieces: [WireSplitter.Piece] = []
            var index = 0
            while index < bytes.count {
                let part = Array(bytes[index..<min(bytes.count, index + size)])
                pieces += part.withUnsafeBytes { splitter.append($0) }
                index += size
            }
            pieces += splitter.finish()
            #expect(pieces.flatMap(\.bytes) == bytes)
            for piece in pieces {
                guard let message = piece.message else { continue }
                #expect(!piece.bytes[message].contains(0x0A))
            }
            let messages = pieces.compactMap { piece in piece.message.map { Array(piece.bytes[$0]) } }
            #expect(messages.contains(Array("{\"id\":1}".utf8)))
        }
    }
}

@Suite struct LikenessTests {
    static let a = "11111111-2222-3333-4444-555555555555"
    static let b = "99999999-2222-3333-4444-555555555555"

    static func likeness(_ pairs: [(String, String)], exact: Bool = false, ignored: [String] = []) -> [Bool] {
        var likeness = Likeness(isExact: exact, ignored: ignored)
        return pairs.map { likeness.matches(Array($0.0.utf8), Array($0.1.utf8)) }
    }

    @Test func anIdIsTheSameAnotherEverywhere() {
        let (a, b) = (Self.a, Self.b)
        #expect(Self.likeness([("x\(a)/", "x\(b)/"), ("\(a)", "\(b)")]) == [true, true])
        #expect(Self.likeness([("\(a)", "\(b)"), ("\(a)", "\(a)")]) == [true, false])
        #expect(Self.likeness([("\(a)", "\(b)"), ("\(b)", "\(b)")]) == [true, false])
        #expect(Self.likeness([("\(a)", "\(b)")], exact: true) == [false])
        var likeness = Likeness(isExact: false, ignored: [])
        let isAlike = likeness.matches(Array(a.utf8), Array(b.utf8))
        #expect(isAlike)
        #expect(likeness.translated(Array("{\"\(a)\":1}".utf8)) == Array("{\"\(b)\":1}".utf8))
    }

    @Test func timesAndLengths() {
        let then = "Content-Length: 34\r\n\r\n{\"at\":\"2026-01-01T00:00:00.123Z\"}\n"
        let now = "Content-Length: 30\r\n\r\n{\"at\":\"2027-01-01T00:00:00Z\"}\n"
        #expect(Self.likeness([(then, now)]) == [true])
        #expect(Self.likeness([("{\"a\":1}", "{\"a\":2}")]) == [false])
    }

    @Test func membersThatMayDiffer() {
        let then = "{\"a\":1,\"metrics\":{\"x\":[1,\"}\"]},\"b\":2}"
        #expect(Self.likeness([(then, "{\"a\":1,\"metrics\":null,\"b\":2}")], ignored: ["metrics"]) == [true])
        #expect(Self.likeness([(then, "{\"a\":1,\"metrics\":null,\"b\":3}")], ignored: ["metrics"]) == [false])
        let likeness = Likeness(isExact: false, ignored: ["queue/update"])
        #expect(likeness.isIgnored(Array("{\"method\":\"queue/update\",\"params\":{}}".utf8)))
    }
}
