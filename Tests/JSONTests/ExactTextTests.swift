import JSON
import Testing

@Suite struct ExactTextTests {
    /// As many members as are looked up in a table.
    @Test(arguments: [2, 40]) func keysAreToldApartByTheirCodePoints(count: Int) throws {
        let others = (0..<count).map { "\"k\($0)\":\($0)," }.joined()
        let object = try JSON.parse("{\(others)\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(object["\u{e9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(object.objectValue?.count == count + 2)
    }
}
