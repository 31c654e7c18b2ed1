import FalProtocol
import JSON
import Models
import Testing

@Suite struct CatalogTests {
    @Test func theDefaultModelIsBundled() throws {
        let catalog = try Catalog()
        let model = try #require(try catalog.model(EndpointID.animateDiffVideoToVideo))
        #expect(model.faults(in: ["video_url": "a", "prompt": "b"]).isEmpty)
        let faults = model.faults(in: ["prompt": "b", "num_inference_steps": 99, "promt": "x"])
        #expect(Set(faults.map(\.type)) == ["missing", "less_than_equal", "extra_forbidden"])
        let filled = model.inputSchema.fillingDefaults(in: ["video_url": "a", "prompt": "b"])
        #expect(filled["num_inference_steps"] == 25)
        #expect(filled["seed"] == nil)
    }

    @Test func sidesStandOnTheirOwn() throws {
        let model = try #require(try Catalog().model(EndpointID.animateDiffVideoToVideo))
        #expect(model.output["$defs"]?["File"] != nil)
        #expect(model.input["$defs"] == nil)
        #expect(model.input["title"] == "AnimateDiffV2VInput")
    }

    @Test func unknownEndpointsAreNil() throws { #expect(try Catalog().model("a/b") == nil) }

    @Test func allThatIsCompiledInIsSound() throws {
        let catalog = try Catalog()
        #expect(catalog.endpoints.count >= 6)
        for endpoint in catalog.endpoints {
            let model = try #require(try catalog.model(endpoint))
            #expect(catalog.isBundled(endpoint) && catalog.file(of: endpoint) == nil)
            for related in model.related { #expect(catalog.isBundled(related), "\(endpoint) names \(related)") }
        }
    }

    /// An output with a type that leads to another, and on, is handed on whole.
    @Test func sidesHaveWhatTheirTypesReferTo() throws {
        let document = try JSON.parse("""
            {"properties": {"input": {"$ref": "#/$defs/In"}, "output": {"$ref": "#/$defs/Out"}}, "$defs": {
              "In": {"type": "object"}, "Out": {"items": {"$ref": "#/$defs/a~1b/items"}},
              "a/b": {"items": {"$ref": "#/$defs/C"}}, "C": {"$ref": "#/$defs/Out"}, "D": true}}
            """)
        let model = try Model(endpoint: "a/b", document: document)
        #expect(Set(model.output["$defs"]?.objectValue?.keys ?? []) == ["a/b", "C", "Out"])
        #expect(model.input["$defs"] == nil)
    }
}

@Suite struct FlatSchemaTests {
    private let schema: JSON = [
        "anyOf": [["required": ["a"]], ["required": ["a", "b"]]],
        "properties": [
            "a": ["anyOf": [["type": "string"], ["type": "null"]], "title": "A"], "b": ["$ref": "#/$defs/B"],
            "c": ["type": ["integer", "null"]],
        ],
        "$defs": ["B": ["type": "object", "properties": ["x": ["type": "number"]]]],
    ]

    @Test func nothingIsReferredToAndNoChoiceIsAtTheTop() {
        #expect(FlatSchema.object(schema) == [
            "type": "object",
            "properties": [
                "a": ["type": "string"], "b": ["type": "object", "properties": ["x": ["type": "number"]]],
                "c": ["type": "integer"],
            ],
            "required": ["a"],
        ])
    }

    @Test func ofAnOutputWhatMayBeNullStaysSo() {
        let flat = FlatSchema.object(schema, keepsNull: true)
        #expect(flat["properties"]?["a"]?["anyOf"] == [["type": "string"], ["type": "null"]])
        #expect(flat["properties"]?["c"]?["type"] == ["integer", "null"])
    }

    @Test(arguments: [
        ("fal-ai/fast-animatediff/video-to-video", "animatediff_video_to_video"), ("fal-ai/flux/dev", "flux_dev"),
        ("me/My.App", "me_my_app"),
    ])
    func shortNames(_ endpoint: String, _ name: String) { #expect(ToolName.short(endpoint) == name) }
}
