import JSON
import Testing

@Suite struct JSONPlacesTests {
    private static let text = """
        {
          "a": [1, "x]{\\"", {"b/c": null}, [[]]],
          "ä": {"~": 5, "z\\n": [true , {}]},
          "a\\u0062": "2", "twice": {"in": 1}, "twice": {"in": 2}
        }
        """

    @Test(arguments: [
        ("", 1, 1), ("/a", 2, 3), ("/a/0", 2, 9), ("/a/1", 2, 12), ("/a/2", 2, 21), ("/a/2/b~1c", 2, 22),
        ("/a/3/0", 2, 37), ("/ä/~0", 3, 9), ("/ä/z\n", 3, 17), ("/ä/z\n/1", 3, 32), ("/ab", 4, 3),
        ("/twice/in", 4, 49),
        // What is not there has the place of what is around it.
        ("/a/9", 2, 3), ("/a/0/x", 2, 9), ("/no", 1, 1), ("/ä/no/where", 3, 3),
    ])
    func places(pointer: String, line: Int, column: Int) {
        let place = JSONPlaces(Array(Self.text.utf8)).place(of: pointer)
        #expect((place.line, place.column) == (line, column))
    }

    @Test func membersThatStandTwice() {
        let found = JSONPlaces(Array(Self.text.utf8)).duplicates(limit: 10)
        #expect(found.map(\.key) == ["twice"])
        #expect(found.first?.place.line == 4)
        let many = JSONPlaces(Array(#"{"a":1,"a":2,"a":[{"b":1,"b":"a"}],"b":["a","a"]}"#.utf8))
        #expect(many.duplicates(limit: 10).map(\.key) == ["a", "a", "b"])
        #expect(many.duplicates(limit: 2).count == 2)
    }

    /// What is no JSON has places of no use, and does no harm.
    @Test(arguments: [
        "", "{", "[", "\"", "{\"", "{\"a", "{\"a\":", "[1,", "]", "{]", "{\"a\":\\", "\\", "{,}", "{\"a\" 1}",
    ])
    func brokenTexts(text: String) {
        let places = JSONPlaces(Array(text.utf8))
        for pointer in ["", "/a", "/0", "/a/b", "x"] { #expect(places.place(of: pointer).line == 1) }
        #expect(places.duplicates(limit: 1).isEmpty)
    }
}
