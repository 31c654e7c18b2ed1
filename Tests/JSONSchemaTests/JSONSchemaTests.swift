import JSON
import JSONSchema
import Testing

@Suite struct JSONSchemaTests {
    /// Schema, value, whether it fits.
    static let cases: [(String, String, Bool)] = [
        (#"{"type":"integer"}"#, "3.0", true), (#"{"type":"integer"}"#, "3.5", false),
        (#"{"type":"integer"}"#, "1e400", true), (#"{"type":["string","null"]}"#, "null", true),
        (#"{"minimum":2,"maximum":4}"#, "4", true), (#"{"minimum":2,"maximum":4}"#, "4.0001", false),
        (#"{"exclusiveMinimum":0}"#, "0", false), (#"{"exclusiveMinimum":0}"#, #""x""#, true),
        (#"{"multipleOf":0.1}"#, "0.3", true), (#"{"multipleOf":8}"#, "12", false),
        (#"{"enum":[1,"a"]}"#, "1.0", true), (#"{"const":{"a":1,"b":2}}"#, #"{"b":2,"a":1}"#, true),
        (#"{"minLength":2}"#, #""é""#, false), (#"{"maxLength":1}"#, #""😀""#, true),
        (#"{"pattern":"^\\d+$"}"#, #""12""#, true), (#"{"pattern":"^\\d+$"}"#, #""12\n""#, false),
        (#"{"items":{"type":"integer"}}"#, "[1,2]", true), (#"{"items":{"type":"integer"}}"#, #"[1,"a"]"#, false),
        (#"{"prefixItems":[{"type":"string"}],"items":false}"#, #"["a"]"#, true),
        (#"{"prefixItems":[{"type":"string"}],"items":false}"#, #"["a",1]"#, false),
        (#"{"uniqueItems":true}"#, "[1,1.0]", false), (#"{"contains":{"const":1},"maxContains":1}"#, "[1,1]", false),
        (#"{"required":["a"]}"#, "{}", false), (#"{"required":["a"]}"#, "[]", true),
        (#"{"properties":{"a":{"type":"null"}},"additionalProperties":false}"#, #"{"b":1}"#, false),
        (#"{"patternProperties":{"^x":{"type":"null"}},"additionalProperties":false}"#, #"{"xa":null}"#, true),
        (#"{"anyOf":[{"type":"string"},{"minimum":3}]}"#, "2", false), (#"{"oneOf":[true,true]}"#, "2", false),
        (#"{"not":{"type":"string"}}"#, "2", true), (#"{"if":{"minimum":5},"then":{"multipleOf":5}}"#, "6", false),
        (##"{"$defs":{"n":{"properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"}"##,
            #"{"v":1,"next":{"v":2,"next":{}}}"#, false),
        (#"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, false), ("false", "1", false), ("true", "1", true),
    ]

    @Test(arguments: cases) func verdict(schema: String, value: String, fits: Bool) throws {
        let schema = try Schema(JSON.parse(schema))
        #expect(try schema.faults(in: JSON.parse(value)).isEmpty == fits)
    }

    @Test func allFaultsAtOnceWithTheirPlaces() throws {
        let schema = try Schema(JSON.parse(
            #"{"properties":{"steps":{"maximum":50},"motions":{"items":{"enum":["a"]}}},"required":["prompt"],"#
                + #""additionalProperties":false}"#
        ))
        let faults = try schema.faults(in: JSON.parse(#"{"steps":99,"motions":["a","b"],"stepz":1}"#))
        #expect(faults.count == 4)
        #expect(faults.contains { $0.path == [.key("motions"), .index(1)] })
        #expect(faults.contains { $0.cause == .unknownMember(nearest: "steps") })
        #expect(faults.contains { $0.cause == .missing && $0.path == [.key("prompt")] })
    }

    @Test func aSchemaThatRefersToItselfForEverEnds() throws {
        let schema = try Schema(JSON.parse(##"{"$ref":"#"}"##))
        #expect(schema.faults(in: 1).first?.cause == .tooComplex)
        #expect(schema.fillingDefaults(in: 1) == 1)
    }

    @Test func aHostilePatternEnds() throws {
        let schema = try Schema(JSON.parse(#"{"pattern":"^(a+)+$"}"#))
        #expect(!schema.faults(in: .string(String(repeating: "a", count: 40) + "b")).isEmpty)
    }

    @Test(arguments: [#"{"type":"int"}"#, #"{"pattern":"("}"#, ##"{"$ref":"#/x"}"##, #"{"minLength":-1}"#, "1"])
    func malformedSchemasAreRefused(text: String) {
        #expect(throws: SchemaError.self) { try Schema(JSON.parse(text)) }
    }

    @Test func defaultsAreFilledInSchemaOrder() throws {
        let text = #"{"properties":{"b":{"default":1},"a":{"properties":{"c":{"default":2}}}}}"#
        let schema = try Schema(JSON.parse(text))
        #expect(try schema.fillingDefaults(in: JSON.parse(#"{"a":{}}"#)).text == #"{"a":{"c":2},"b":1}"#)
    }
}
