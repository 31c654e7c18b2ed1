import JSON
import JSONSchema
import Platform
import Testing

@Suite struct ReferenceTests {
    @Test func theMetaschemaIsThere() throws {
        let schema = try Schema(["$ref": "https://json-schema.org/draft/2020-12/schema"])
        #expect(try schema.accepts(JSON.parse(#"{"properties":{"a":{"type":["string","null"]}}}"#)))
        let faults = try schema.faults(in: JSON.parse(#"{"properties":{"a":{"type":"text"}}}"#))
        #expect(faults.map(\.path).contains([.key("properties"), .key("a"), .key("type")]))
    }

    @Test func documentsAreGivenByTheirURIs() throws {
        var remotes = SchemaRemotes()
        remotes.add(["$defs": ["n": ["$anchor": "n", "type": "integer"]]], at: "https://example.com/a/b.json")
        let options = SchemaOptions(remotes: remotes)
        let schema = try Schema(["$id": "https://example.com/a/root", "$ref": "b.json#n"], options: options)
        #expect(schema.accepts(1) && !schema.accepts("1"))
    }

    @Test func nothingIsFetchedAndNothingAboveAFolderIsRead() throws {
        var remotes = SchemaRemotes()
        remotes.add(folder: "/etc", at: "https://example.com/")
        let options = SchemaOptions(remotes: remotes)
        for target in ["https://example.com/none.json", "https://example.com/%2e%2e/etc/hostname",
            "https://example.com//etc/hostname", "https://example.org/a.json", "file:///etc/hostname"] {
            #expect(throws: SchemaError.self) { try Schema(["$ref": .string(target)], options: options) }
        }
    }

    @Test func aRequiredVocabularyThatIsUnknownIsRefused() throws {
        var remotes = SchemaRemotes()
        remotes.add(["$vocabulary": ["https://example.com/vocabulary": true]], at: "https://example.com/meta")
        let error = #expect(throws: SchemaError.self) {
            try Schema(["$schema": "https://example.com/meta"], options: SchemaOptions(remotes: remotes))
        }
        #expect(error?.message == "the vocabulary https://example.com/vocabulary is not known")
    }

    @Test(arguments: [
        (##"{"$ref":"#/$defs/x"}"##, "nothing stands at #/$defs/x at the root"),
        (##"{"properties":{"a/b":{"$ref":"#none"}}}"##, "nothing stands at #none at /properties/a~1b"),
        (#"{"$id":"a#b"}"#, "$id must not have a fragment at the root"),
        (#"{"items":{"multipleOf":0}}"#, "multipleOf must be a number over 0 at /items/multipleOf"),
        (#"{"pattern":"a++"}"#, "pattern has nothing to repeat at character 3 at /pattern"),
        (#"{"pattern":"\\p{Nope}"}"#, "pattern has an unknown property at character 8 at /pattern"),
    ]) func malformedSchemasAreNamed(text: String, message: String) throws {
        let error = #expect(throws: SchemaError.self) { try Schema(JSON.parse(text)) }
        #expect(error?.description == message)
    }

    @Test func formatsAreAssertedWhereThatIsAskedFor() throws {
        let document: JSON = ["format": "date-time"]
        #expect(try Schema(document).accepts("yesterday"))
        let schema = try Schema(document, options: SchemaOptions(assertsFormats: true))
        #expect(schema.faults(in: "yesterday").map(\.cause) == [.format("date-time")])
        #expect(schema.accepts("2026-11-24T12:00:00Z") && schema.accepts(1))
    }
}
