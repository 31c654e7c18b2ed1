import JSON
import Models
import Testing

/// Schemas as OpenAPI writes them, and as they come out.
@Suite struct ModelImportTests {
    private static func document(_ schemas: JSONObject, input: JSON = ["$ref": "#/components/schemas/In"]) -> JSON {
        func body(_ schema: JSON) -> JSON { ["content": ["application/json": ["schema": schema]]] }
        return [
            "openapi": "3.0.4", "components": ["schemas": .object(schemas)],
            "paths": [
                "/acme/x": ["post": ["requestBody": body(input), "responses": [:]]],
                "/acme/x/requests/{request_id}": [
                    "get": ["responses": ["200": body(["type": "object", "properties": ["url": ["type": "string"]]])]]
                ],
            ],
        ]
    }

    /// The import of a model whose input has the one member `m`.
    private static func member(_ schema: JSON, _ others: JSONObject = [:]) throws -> JSON? {
        var schemas = others
        schemas["In"] = ["type": "object", "properties": ["m": schema]]
        return try ModelImport(document(schemas)).document.value(at: "/$defs/In/properties/m")
    }

    @Test(arguments: [
        (#"{"type":"integer","minimum":1,"exclusiveMinimum":true}"#, #"{"type":"integer","exclusiveMinimum":1}"#),
        (#"{"maximum":2,"exclusiveMaximum":false}"#, #"{"maximum":2}"#),
        (#"{"exclusiveMaximum":2}"#, #"{"exclusiveMaximum":2}"#),
        (#"{"type":"string","nullable":true}"#, #"{"type":["string","null"]}"#),
        (#"{"type":"string","nullable":false}"#, #"{"type":"string"}"#),
        (#"{"type":"string","nullable":true,"enum":["a"]}"#, #"{"type":["string","null"],"enum":["a",null]}"#),
        (#"{"nullable":true,"anyOf":[{"type":"string"},{"type":"integer"}]}"#,
            #"{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#),
        (#"{"anyOf":[{"type":"integer","minimum":0},{"type":"null"}],"title":"T"}"#,
            #"{"title":"T","type":["integer","null"],"minimum":0}"#),
        (#"{"anyOf":[{"type":"null"},{"type":"array","items":{"type":"string"}}]}"#,
            #"{"type":["array","null"],"items":{"type":"string"}}"#),
        // An enum has no null in it, and two titles cannot be one.
        (#"{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}"#,
            #"{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}"#),
        (#"{"anyOf":[{"type":"string","title":"A"},{"type":"null"}],"title":"B"}"#,
            #"{"title":"B","anyOf":[{"title":"A","type":"string"},{"type":"null"}]}"#),
        (#"{"type":"number","example":1}"#, #"{"type":"number","examples":[1]}"#),
        (#"{"type":"number","examples":1}"#, #"{"type":"number","examples":[1]}"#),
        (#"{"type":"array","items":[{"type":"string"}]}"#, #"{"type":"array","prefixItems":[{"type":"string"}]}"#),
        (#"{"xml":{},"discriminator":{},"x-mine":1,"_fal_ui_field":"text","title":"T"}"#, #"{"title":"T"}"#),
    ])
    func formsOfOpenAPI(given: String, wanted: String) throws {
        #expect(try Self.member(JSON.parse(given))?.text == wanted)
    }

    @Test func references() throws {
        let types: JSONObject = [
            "A b/c": ["type": "object", "properties": ["again": ["$ref": "#/components/schemas/A%20b~1c"]]],
            "A_b_c": ["type": "string"],
        ]
        let both: JSON = ["type": "array", "prefixItems": [
            ["$ref": "#/components/schemas/A%20b~1c"], ["$ref": "#/components/schemas/A_b_c"],
        ]]
        let made = try Self.member(both, types)?["prefixItems"]
        #expect(made == [["$ref": "#/$defs/A_b_c"], ["$ref": "#/$defs/A_b_c2"]])
        let wrapped: JSON = ["allOf": [["$ref": "#/components/schemas/A_b_c"]], "title": "T"]
        #expect(try Self.member(wrapped, types)?.text == ##"{"title":"T","$ref":"#/$defs/A_b_c"}"##)
        let inline = try ModelImport(Self.document([:], input: ["type": "object"])).document
        #expect(inline.value(at: "/properties/input/$ref") == "#/$defs/Input")
        #expect(inline.value(at: "/$defs/Input/additionalProperties") == false)
    }

    @Test(arguments: [
        ("image_url", "{}", "image"), ("url", "{}", "file"), ("input_video_urls", "{}", "video"),
        ("voice", #"{"format":"uri"}"#, "audio"), ("data", #"{"format":"binary"}"#, "file"),
        ("source", #"{"_fal_ui_field":"video"}"#, "video"), ("source", #"{"ui":{"field":"image"}}"#, "image"),
        ("file_data", #"{"format":"binary"}"#, nil), ("webhook_url", "{}", nil), ("path", "{}", nil),
        ("mode_url", #"{"enum":["a"]}"#, nil), ("mask_url", #"{"nullable":true}"#, "image"),
    ])
    func files(name: String, more: String, kind: String?) throws {
        var schema: JSONObject = ["type": "string"]
        for member in try JSON.parse(more).objectValue ?? [:] { schema[member.key] = member.value }
        let plain: JSONObject = ["In": ["type": "object", "properties": .object([name: .object(schema)])]]
        let made = try ModelImport(Self.document(plain)).document
        #expect(made.value(at: "/$defs/In/properties/\(name)/x-file")?.stringValue == kind)
        let list: JSONObject = [
            "In": ["type": "object", "properties": .object([name: ["type": "array", "items": .object(schema)]])]
        ]
        let listed = try ModelImport(Self.document(list)).document
        #expect(listed.value(at: "/$defs/In/properties/\(name)/items/x-file")?.stringValue == kind)
    }

    @Test func theOrderIsFals() throws {
        let schema: JSON = [
            "x-fal-order-properties": ["c", "no", "a"], "type": "object",
            "properties": ["a": true, "b": true, "c": true],
        ]
        let made = try ModelImport(Self.document(["In": schema]))
        #expect(made.document.value(at: "/$defs/In/properties")?.objectValue?.keys == ["c", "a", "b"])
        #expect(made.notes.map(\.pointer) == ["/components/schemas/In/x-fal-order-properties"])
    }

    @Test func whatIsMadeIsAModel() throws {
        let made = try ModelImport(Self.document(["In": ["type": "object", "properties": ["n": ["type": "integer"]]]]))
        #expect(made.endpoint.description == "acme/x" && ModelCheck(made.document).faults.isEmpty)
        let model = try Model(endpoint: "acme/x", document: made.document)
        #expect(model.faults(in: ["n": "1", "m": 2]).map(\.type).sorted() == ["extra_forbidden", "int_type"])
    }
}
