import JSON
import JSONSchema
import Testing

/// What a schema or a value that means harm can cost is bounded, and ends in the one fault that says so.
@Suite struct HostileTests {
    static func text(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    /// Schema and value, each far beyond what its steps reach.
    static let cases: [(String, JSON)] = [
        // Twice as many checks with every level.
        (##"{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/b"}]},"##
            + ##""b":{"anyOf":[{"$ref":"#/$defs/a"},{"not":{"$ref":"#/$defs/a"}}]}},"$ref":"#/$defs/a"}"##, 1),
        (##"{"$dynamicAnchor":"a","anyOf":[{"$dynamicRef":"#a"},{"$dynamicRef":"#a"}]}"##, 1),
        // Each start is cheap, there are many.
        (#"{"pattern":"a*[bc]"}"#, .string(text(1_000_000, "a"))),
        (#"{"pattern":"a{60000}"}"#, .string(text(100, text(59_000, "a") + "b"))),
        (#"{"pattern":"(a*)\\1[bc]"}"#, .string(text(100_000, "a"))),
        // What cannot be decided is no match and no mismatch.
        (#"{"not":{"pattern":"^(a|aa)+$"}}"#, .string(text(5_000, "a") + "b")),
        (#"{"patternProperties":{"^(a|aa)+$":false}}"#, .object([text(5_000, "a") + "b": 1])),
        (#"{"multipleOf":3\#(text(990, "1"))}"#, .decimal(text(2_000, "9"))),
    ]

    @Test(arguments: cases) func ends(schema: String, value: JSON) throws {
        let options = SchemaOptions(maxSteps: 100_000)
        let schema = try Schema(JSON.parse(schema), options: options)
        #expect(!schema.accepts(value))
        #expect(schema.faults(in: value).map(\.cause) == [.tooComplex])
        _ = schema.fillingDefaults(in: value)
    }

    @Test func aLongChainOfReferencesTakesNoStack() throws {
        var definitions = JSONObject()
        for index in 0..<20_000 { definitions["a\(index)"] = ["$ref": .string("#/$defs/a\(index + 1)")] }
        definitions["a20000"] = true
        let schema = try Schema(["$defs": .object(definitions), "$ref": "#/$defs/a0"])
        #expect(schema.faults(in: 1).map(\.cause) == [.tooComplex])
    }

    @Test func manyEqualSchemasAndLongNamesStaySmall() throws {
        let branches = JSON.array(Array(repeating: ["type": "string"], count: 20_000))
        let schema = try Schema(["properties": .object([Self.text(100_000, "k"): ["anyOf": branches]])])
        #expect(schema.accepts(["a": 1]))
    }

    @Test func uniqueItemsIsNotQuadratic() throws {
        let schema = try Schema(["uniqueItems": true])
        #expect(schema.accepts(.array((0..<100_000).map { .array([.int($0), .string("\($0)")]) })))
    }

    @Test func faultsAreCounted() throws {
        let schema = try Schema(["items": ["type": "string"]], options: SchemaOptions(maxFaults: 10))
        #expect(schema.faults(in: .array(Array(repeating: 1, count: 1_000))).count == 10)
    }

    @Test func deepValuesFit() throws {
        let schema = try Schema(JSON.parse(##"{"items":{"anyOf":[{"$ref":"#"},{"type":"string"}]}}"##))
        let value = try JSON.parse(Self.text(500, "[") + Self.text(500, "]"))
        // On a small stack there may be no verdict, but never an end of the process.
        #expect(schema.faults(in: value).allSatisfy { $0.cause == .tooComplex })
    }
}
