import Testing

@testable import JSONRPC

@Suite struct FrameReaderTests {
    /// What a reader makes of `text`, given in pieces of `size` bytes: messages as they are, faults as `!`.
    static func read(_ text: String, pieces size: Int, framing: Framing? = nil, max: Int = 200) -> [String] {
        var reader = FrameReader(framing: framing, maxBytes: max)
        var result: [String] = []
        func take(_ frame: FrameReader.Frame) {
            switch frame {
            case .message(let range): result.append(reader.withBytes(range) { String(decoding: $0, as: UTF8.self) })
            case .malformed: result.append("!")
            }
        }
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            Array(bytes[index..<min(bytes.count, index + size)]).withUnsafeBytes { reader.append($0) }
            index += size
            while let frame = reader.next() { take(frame) }
        }
        while let frame = reader.finish() { take(frame) }
        return result
    }

    static func framed(_ text: String) -> String { "Content-Length: \(text.utf8.count)\r\n\r\n\(text)" }

    static let cases: [(String, [String])] = [
        ("{}\n[]\n", ["{}", "[]"]), ("{}\r\n\r\n\n {}\n", ["{}", "{}"]), ("{}", ["{}"]),
        ("\u{FEFF}{}\n{}\n", ["{}", "{}"]), ("\n\n{\"a\n{}\n", ["{\"a", "{}"]),
        (framed("{}") + framed(#"{"a":"}"}"#), ["{}", #"{"a":"}"}"#]),
        ("\r\n\u{FEFF}" + framed("{}"), ["{}"]), ("content-length:2\n\n{}", ["{}"]),
        ("CONTENT-LENGTH :  2 \r\nContent-Type: application/json\r\n\r\n{}", ["{}"]),
        // A length that lies, is negative, absurd, or no number: the next message is found.
        ("Content-Length: 99\r\n\r\n{}" + framed(#"{"b":1}"#), ["{}", #"{"b":1}"#]),
        ("Content-Length: 2\r\n\r\n{\"a\":1}" + framed("{}"), ["{\"", "{}"]),
        ("Content-Length: -5\r\n\r\n{\"a\":1}" + framed("{}"), ["!", #"{"a":1}"#, "{}"]),
        ("Content-Length: 99999999999999999999\r\n\r\n{\"a\":1}" + framed("{}"), ["!", #"{"a":1}"#, "{}"]),
        ("Content-Length: 999999999\r\n\r\n{\"a\":1}" + framed("{}"), ["!", "{}"]),
        ("Content-Length: x\r\n\r\n" + framed("{}"), ["!", "{}"]), ("X: y\r\n\r\n" + framed("{}"), ["!", "{}"]),
        ("Content-Length: 5\r\n\r\nhello" + framed("{}"), ["!", "{}"]),
        ("garbage\n" + framed("{}"), ["!", "{}"]), ("garbage " + framed("{}"), ["!", "{}"]),
        ("garbage\nmore\n\n" + framed("{}"), ["!", "{}"]),
        // The other framing.
        (framed("{}") + "{\"a\":1}\n" + framed("[]"), ["{}", #"{"a":1}"#, "[]"]),
        ("{}\n" + framed(#"{"a":1}"#) + framed(#"{"b":1}"#) + "{}\n",
            ["{}", "Content-Length: 7", #"{"a":1}"#, "Content-Length: 7", #"{"b":1}"#, "{}"]),
        // A message that is cut does not take the next one with it.
        (framed("{}") + "{\"a\":1\n" + framed(#"{"b":1}"#), ["{}", "{\"a\":1\n", #"{"b":1}"#]),
        (framed("{}") + "{\"a\":1\n{\"b\":1}\n{\n\"c\": [\n{}\n]}\n", ["{}", "{\"a\":1\n", #"{"b":1}"#, "{\n\"c\": [\n{}\n]}"]),
        ("Content-Length: 50\r\n\r\n{\"a\":" + framed(#"{"b":1}"#), [#"{"a":"#, #"{"b":1}"#]),
        ("Content-Length: 50\r\n\r\n{\"a\":\"x\\\n" + framed(#"{"b":1}"#), [#"{"a":"x\"#, #"{"b":1}"#]),
        ("Content-Length: 999\r\n\r\nhello\n" + framed("{}"), ["!", "{}"]),
        ("{}\n" + framed("{}") + "{\"a\":1\n{\"b\":1}\n", ["{}", "Content-Length: 2", "{}", "{\"a\":1", #"{"b":1}"#]),
        // It ends where its brackets close, whatever the header says, however it was cut.
        ("Content-Length: 14\r\n\r\n{\"a\":1}{\"b\":2}x\n" + framed("{}"), [#"{"a":1}"#, #"{"b":2}"#, "!", "{}"]),
        ("Content-Length: 2\r\n{\"a\":1}", [#"{"a":1}"#]),
        // A CR at a cut belongs to the newline, also where it is one byte too many.
        ("{\"a\":\"" + String(repeating: "x", count: 192) + "\"}\r\n{}\n",
            ["{\"a\":\"" + String(repeating: "x", count: 192) + "\"}", "{}"]),
        // A header line is too long however much of it comes at once.
        ("X: " + String(repeating: "x", count: 9_000) + "\r\nContent-Length: 2\r\n\r\n{}", ["!", "{}"]),
        // Cut at the end.
        (framed("{}") + "Content-Length: 10\r\n\r\n{", ["{}", "{"]), (framed("{}") + "Content-Le", ["{}", "!"]),
        (framed("{}") + "\r\n", ["{}"]),
        ("{\"a\":\"" + String(repeating: "x", count: 300) + "\"}\n{}\n", ["!", "{}"]),
        (framed("{\"a\":\"" + String(repeating: "x", count: 300) + "\"}") + framed("{}"), ["!", "{}"]),
        ("[" + String(repeating: " ", count: 300), ["!"]), ("", []), ("  \n", []),
    ]

    @Test(arguments: cases, [1, 2, 3, 7, 64, 10_000])
    func finds(input: (String, [String]), pieces: Int) {
        #expect(Self.read(input.0, pieces: pieces) == input.1)
    }

    @Test func forcedFramingIsKept() {
        #expect(Self.read("{}" + Self.framed("[]"), pieces: 5, framing: .headers) == ["{}", "[]"])
        #expect(Self.read("x\n{}\n", pieces: 5, framing: .lines) == ["x", "{}"])
    }
}

@Suite struct BrokenMessageTests {
    @Test(arguments: [
        (#"{"id":7,"method":"#, "7"), (#"{"jsonrpc":"2.0","id":"a\"b","x"#, #""a\"b""#), (#"{"id":12"#, "null"),
        (#"{"params":{"id":1},"x"#, "null"), (#"[{"id":1},"#, "null"), (#"{"x":"id","y":1"#, "null"),
        (#"{"id":{},"#, "null"), (#"{"id":9007199254740993,}"#, "9007199254740993"),
    ])
    func idOf(text: String, id: String) {
        var bytes = Array(text.utf8)
        #expect(bytes.withUnsafeMutableBytes { BrokenMessage.id(in: UnsafeRawBufferPointer($0)) }.text == id)
    }
}
