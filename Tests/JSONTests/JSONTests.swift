import JSON
import Testing

@Suite struct JSONTests {
    /// What goes in comes out, byte for byte.
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "9007199254740993", "18446744073709551616", "4611686018427387904",
        "4611686018427387905", "0.1", "-0", "-0.0", "1e400", "1E5", "1.50", "3.0", "-1.5e-10",
        "123456789012345678901234567890", #""a""#, #""\u0000\u001f\n\t\"\\""#, #""é😀""#, "[]", "{}",
        #"[0.1,1,{"a":[1e400,4611686018427387904]},-0]"#, #"{"b":1,"a":2,"":3}"#,
    ])
    func roundTrip(text: String) throws {
        #expect(try JSON.parse(text).text == text)
    }

    @Test(arguments: [
        ("", 1, 1, 0), ("{", 1, 2, 1), ("[0.1,\n 0.25, x]", 2, 9, 14), ("01", 1, 3, 2), ("[1.]", 1, 4, 3),
        ("\"\u{1}\"", 1, 2, 1), ("1 2", 1, 4, 3), ("-", 1, 2, 1),
    ])
    func errorHasItsPlace(text: String, line: Int, column: Int, byte: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSON.parse(text) }
        #expect(error?.line == line)
        #expect(abs((error?.column ?? 0) - column) <= 1)
        #expect(abs((error?.byte ?? 0) - byte) <= 1)
    }

    @Test(arguments: [
        "\"\\ud800\"", "[1,]", "{\"a\"}", "{a:1}", "nul", "+1", ".5", "1e", "0x10", "'a'", "NaN", "0.0.11",
        "-0.5.", "1e5e5", "-0e1.0", "[1.50.5]", "1.5e3E1", "9223372036854775808.e1", "1.0.",
        "--0", "[--0.5]", "+-0", "-+1e5", "1--0",
    ])
    func refuses(text: String) {
        #expect(throws: JSONParseError.self) { try JSON.parse(text) }
    }

    @Test func refusesInvalidUTF8() {
        #expect(throws: JSONParseError.self) { try JSON.parse([0x22, 0xFF, 0x22]) }
    }

    /// jansson takes a NUL that follows a number or a word for the end of its buffer, and reads on behind it.
    @Test(arguments: ["[1\0]", "1\0", "[true\0]", "{\"a\":0.1\0}", "[1e40\0]", "\0", "[\"a\0\"]"])
    func refusesARawNUL(text: String) {
        let error = #expect(throws: JSONParseError.self) { try JSON.parse(text) }
        #expect(error?.byte == text.utf8.firstIndex(of: 0).map { text.utf8.distance(from: text.startIndex, to: $0) })
    }

    @Test func depthIsLimited() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSON.parse(nested(512))
        let error = #expect(throws: JSONParseError.self) { try JSON.parse(nested(513)) }
        #expect(error?.cause == .tooDeep(limit: 512))
        #expect(error?.byte == 512)
        #expect(throws: JSONParseError.self) { try JSON.parse(nested(100_000)) }
    }

    @Test func bracketsInStringsDoNotCount() throws {
        let text = "\"" + String(repeating: "[", count: 1000) + "\""
        #expect(try JSON.parse(text).text == text)
    }

    @Test func lastDuplicateWins() throws {
        #expect(try JSON.parse(#"{"a":0.5,"a":1.5}"#).text == #"{"a":1.5}"#)
    }

    @Test func largeObjectsFindTheirMembers() throws {
        var object = JSONObject()
        for index in 0..<100 { object["k\(index)"] = .int(Int64(index)) }
        #expect(object["k77"] == 77)
        object["k77"] = nil
        #expect(object["k77"] == nil)
        #expect(object["k99"] == 99)
        #expect(object.count == 99)
    }

    @Test func equalityIgnoresOrder() throws {
        #expect(try JSON.parse(#"{"a":1,"b":2}"#) == JSON.parse(#"{"b":2,"a":1}"#))
    }
}
