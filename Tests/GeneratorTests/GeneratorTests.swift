import JSON
import Models
import Surface
import Testing

@testable import Generator

/// What fal's schemas have in them, and what they might.
private let document = #"""
    {
      "title": "Everything", "description": "A model of all forms.",
      "properties": { "input": { "$ref": "#/$defs/In" }, "output": { "$ref": "#/$defs/Out" } },
      "$defs": {
        "In": {
          "type": "object", "required": ["image_url", "mode", "class"],
          "properties": {
            "image_url": { "type": "string", "description": "What \"it\" is about */ or \"\"\" not" },
            "class": { "const": "big" },
            "mode": { "enum": ["fast-mode", "2x", null] },
            "image_size": { "anyOf": [{ "$ref": "#/$defs/ImageSize" }, { "enum": ["square", "portrait_4_3"] }] },
            "loras": { "type": "array", "items": { "$ref": "#/$defs/LoraWeight" }, "maxItems": 3 },
            "seed": { "anyOf": [{ "type": "integer" }, { "type": "null" }], "default": null },
            "steps": { "type": "integer", "default": 25, "minimum": 1, "maximum": 50 },
            "images": { "type": "array", "items": { "$ref": "#/$defs/File" } },
            "extra": { "type": "object", "additionalProperties": { "type": ["number", "string"] } },
            "inline": { "type": "object", "properties": { "deep": { "type": "boolean" } } },
            "tree": { "$ref": "#/$defs/Tree" },
            "only": { "allOf": [{ "$ref": "#/$defs/ImageSize" }], "title": "Only" }
          }
        },
        "Out": {
          "type": "object", "required": ["file"],
          "properties": { "file": { "$ref": "#/$defs/File" }, "state": { "enum": ["a", "b"] }, "any": {} }
        },
        "File": { "type": "object", "required": ["url"], "properties": { "url": { "type": "string" } } },
        "ImageSize": { "type": "object", "properties": { "width": { "type": "integer" } } },
        "LoraWeight": { "type": "object", "required": ["path"], "properties": { "path": { "type": "string" } } },
        "Tree": { "type": "object", "properties": {
          "leaf": { "type": "string" }, "branches": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } } }
      }
    }
    """#

private func model(_ id: String, _ edit: (String) -> String = { $0 }) throws -> Model {
    try Model(endpoint: id, document: JSON.parse(Array(edit(document).utf8)))
}

@Suite struct TypeTableTests {
    @Test func everyFormHasItsShape() throws {
        let table = TypeTable([try model("fal-ai/every/thing")])
        let input = try #require(table["EveryThingInput"])
        let shapes = Dictionary(uniqueKeysWithValues: input.fields.map { ($0.name, $0.shape) })
        #expect(shapes["class"] == .literals(["big"]))
        #expect(shapes["mode"] == .union([.literals(["fast-mode", "2x"]), .null]))
        #expect(shapes["image_size"] == .union([.record("ImageSize"), .literals(["square", "portrait_4_3"])]))
        #expect(shapes["loras"] == .array(.record("LoraWeight")))
        #expect(shapes["seed"] == .union([.int, .null]))
        #expect(shapes["extra"] == .map(.union([.number, .string])))
        #expect(shapes["inline"] == .record("EveryThingInputInline"))
        #expect(shapes["only"] == .record("ImageSize"))
        #expect(table["Tree"]?.fields.last?.shape == .array(.record("Tree")))
        #expect(input.fields.filter(\.isRequired).map(\.name) == ["image_url", "class", "mode"])
        #expect(input.fields.filter(\.isFile).map(\.name) == ["image_url"])
    }

    @Test func filesThatAreGivenAreOtherThanFilesThatComeBack() throws {
        let table = TypeTable([try model("fal-ai/every/thing")])
        let input = try #require(table["EveryThingInput"])
        #expect(input.fields.first { $0.name == "images" }?.shape == .array(.record("FileInput")))
        #expect(table["FileInput"]?.fields.first?.isFile == true)
        #expect(table["EveryThingOutput"]?.fields.first?.shape == .record("File"))
        #expect(table["File"]?.fields.first?.isFile == false)
    }

    @Test func modelsShareATypeOnlyWhileTheyMeanTheSameByIt() throws {
        let table = TypeTable([
            try model("fal-ai/one"), try model("fal-ai/two"),
            try model("fal-ai/three") { text in
                text.split(separator: "\"width\"", omittingEmptySubsequences: false).joined(separator: "\"height\"")
            },
        ])
        func size(_ name: String) -> Shape? { table[name]?.fields.first { $0.name == "only" }?.shape }
        #expect(size("OneInput") == .record("ImageSize"))
        #expect(size("TwoInput") == .record("ImageSize"))
        #expect(size("ThreeInput") == .record("ThreeImageSize"))
        #expect(Set(table.records.map(\.name)).count == table.records.count)
    }

    @Test func aTypeIsNotCalledAsALanguageCallsItsOwn() throws {
        let table = TypeTable([try model("fal-ai/one") { text in
            text.split(separator: "LoraWeight", omittingEmptySubsequences: false).joined(separator: "String")
        }])
        #expect(table["OneInput"]?.fields.first { $0.name == "loras" }?.shape == .array(.record("OneString")))
    }

    @Test func limitsAndDefaultsAreWords() throws {
        let table = TypeTable([try model("fal-ai/one")])
        let docs = Dictionary(uniqueKeysWithValues: (table["OneInput"]?.fields ?? []).map { ($0.name, $0.doc) })
        #expect(docs["steps"] == "Default 25. From 1 to 50.")
        #expect(docs["loras"] == "At most 3 items.")
    }
}

@Suite struct LanguageTests {
    private func table() throws -> TypeTable { TypeTable([try model("fal-ai/every/thing")]) }

    @Test func whatIsNoNameInPythonIsWrittenAsText() throws {
        let text = PythonTypes(try table()).text
        #expect(text.contains("EveryThingInput = TypedDict(\"EveryThingInput\", {"))
        #expect(text.contains("    \"class\": \"Literal[\\\"big\\\"]\","))
    }

    @Test func commentsAreNotEndedByTheirText() throws {
        let lines = TypeScriptTypes(try table()).text.split(separator: "\n").filter { $0.contains("is about") }
        #expect(lines == ["  /** What \"it\" is about * / or \"\"\" not. */"])
    }

    @Test func aSwiftEnumTakesAnyWord() throws {
        let text = SwiftTypes(try table()).text
        #expect(text.contains("case fastMode = \"fast-mode\""))
        #expect(text.contains("case _2x = \"2x\""))
        #expect(text.contains("public var `class`: Class"))
        // A newer word in an answer must not fail a program.
        #expect(text.contains("public var state: String?"))
    }
}

@Suite struct ToolsTests {
    @Test func namesStayWithinTheirLength() {
        #expect(ToolName.whole("fal-ai/fast-animatediff/video-to-video") == "fal-ai__fast-animatediff__video-to-video")
        #expect(ToolName.whole("a/b.c") == "a__b_c")
        let long = "fal-ai/" + String(repeating: "x", count: 80)
        #expect(ToolName.whole(long).utf8.count == 64)
        #expect(ToolName.whole(long) != ToolName.whole(long + "y"))
    }

    @Test func schemasAreFlat() throws {
        let choice = #"""
            {"properties": {"input": {"anyOf": [
              {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"const": 1}}},
              {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "c": {"$ref": "#/$defs/T"}}}
            ]}, "output": {}}, "$defs": {"T": {"type": ["string", "null"], "title": "T"}}}
            """#
        let subject = Subject(models: [try Model(endpoint: "a/b", document: JSON.parse(Array(choice.utf8)))])
        let tool = Tools(subject).document(.anthropic).arrayValue?.first
        #expect(tool?["input_schema"]?.text == """
            {"type":"object","properties":{"a":{"type":"string"},"b":{"enum":[1]},"c":{"type":"string"}},\
            "required":["a"]}
            """)
    }

    @Test func aTypeThatHoldsItselfEnds() throws {
        let subject = Subject(models: [try model("fal-ai/every/thing")])
        #expect(Tools(subject).document(.openai).text.contains("$ref") == false)
    }
}

@Suite struct SurfaceTests {
    @Test func whatMethodsReferToIsThere() throws {
        let kinds = try Surface.errors().entries.map(\.kind)
        let notifications = try Surface.notifications().filter(\.isFromBridge).map(\.name)
        #expect(Set(kinds).count == kinds.count)
        for method in try Surface.methods() {
            #expect(method.errors.allSatisfy(kinds.contains), "\(method.name)")
            #expect(method.notifications.allSatisfy(notifications.contains), "\(method.name)")
            #expect(!method.summary.isEmpty)
            #expect(!method.examples.isEmpty || method.name == "rpc.discover", "\(method.name)")
        }
    }
}
