import JSON
import JSONSchema
import Testing

/// Which faults are told, and in which order.
@Suite struct FaultTests {
    private func causes(_ schema: String, _ value: JSON) throws -> [SchemaFault.Cause] {
        try Schema(JSON.parse(schema)).faults(in: value).map(\.cause)
    }

    private static let size = #"{"anyOf":[{"type":"object","required":["width","height"]},"#
        + #"{"type":"string","enum":["square","wide"]},{"type":"null"}]}"#

    @Test func aBranchOfTheRightTypeSpeaksAlone() throws {
        #expect(try causes(Self.size, "sqare") == [.notOneOf(["square", "wide"])])
        #expect(try causes(Self.size, [:]) == [.missing, .missing])
    }

    @Test func whereNoTypeIsRightEachIsNamedButNull() throws {
        #expect(try causes(Self.size, 5) == [.type([.object]), .type([.string])])
    }

    @Test func theNearestBranchComesFirst() throws {
        let schema = #"{"oneOf":[{"required":["a","b","c"]},{"required":["a","d"]}]}"#
        let faults = try Schema(JSON.parse(schema)).faults(in: ["d": 1])
        #expect(faults.map(\.path) == [[.key("a")], [.key("b")], [.key("c")]])
    }

    @Test func aMemberThatTellsKindsApartDecides() throws {
        let schema = #"{"anyOf":[{"properties":{"kind":{"const":"a"}}},"#
            + #"{"properties":{"kind":{"const":"b"}},"required":["x","y","z"]}]}"#
        #expect(try causes(schema, ["kind": "b"]) == [.missing, .missing, .missing])
    }

    @Test func unevaluatedMembersHaveASuggestionFromAllSchemas() throws {
        let schema = #"{"allOf":[{"properties":{"prompt":true}}],"if":{"properties":{"seed":true}},"#
            + #""unevaluatedProperties":false}"#
        #expect(try causes(schema, ["promt": 1, "sed": 2, "prompt": 3]) == [
            .unknownMember(nearest: "prompt"), .unknownMember(nearest: "seed"),
        ])
    }

    @Test func aFaultInsideDoesNotMakeItsMemberUnknown() throws {
        let schema = #"{"allOf":[{"properties":{"n":{"type":"integer"}}}],"unevaluatedProperties":false}"#
        #expect(try causes(schema, ["n": "a"]) == [.type([.integer])])
    }

    @Test func textsAreToldApartByTheirCodePoints() throws {
        #expect(try causes(#"{"const":"\#u{e9}"}"#, "e\u{301}") == [.notOneOf(["\u{e9}"])])
        #expect(try causes(#"{"properties":{"\#u{e9}":false}}"#, ["e\u{301}": 1]).isEmpty)
        #expect(try causes(#"{"uniqueItems":true}"#, ["\u{e9}", "e\u{301}"]).isEmpty)
    }
}
