import FalClient
import JSON
import Models
import JSONRPC
import JSONSchema
import Testing

@testable import Bridge

@Suite struct InputFilesTests {
    @Test func dataURIs() throws {
        let source = try DataURI.source("data:video/mp4;base64,SGVsbG8=")
        #expect(source.size == 5)
        #expect(source.contentType == "video/mp4")
        #expect(source.fileName == "upload.mp4")
        for bad in ["data:,x", "data:a/b;base64,!", "x", "data:a/b;base64"] {
            #expect(throws: RPCError.self) { _ = try DataURI.source(bad) }
        }
    }

    @Test func replacing() throws {
        let input = try JSON.parse(#"{"a":[{"url":"x"},1],"b":2}"#)
        #expect(input.replacing([.key("a"), .index(0), .key("url")], with: "y").text == #"{"a":[{"url":"y"},1],"b":2}"#)
        #expect(input.replacing([.key("c")], with: "y") == input)
    }
}

@Suite struct FilePlacesTests {
    private func places(_ input: String, _ schema: String?) throws -> [String] {
        let schema = try schema.map { try JSON.parse($0) }
        return FilePlaces(in: try JSON.parse(input), schema: schema).found.map { place in
            (place.isCertain ? "!" : "?") + place.path.map { step in
                switch step {
                case .key(let key): key
                case .index(let index): "\(index)"
                }
            }.joined(separator: "/")
        }
    }

    @Test(arguments: [
        (##"{"properties":{"a_url":{"type":"string"}}}"##, ##"{"a_url":"x","b":"y"}"##, ["!a_url"]),
        (##"{"properties":{"a_url":{"anyOf":[{"type":"string"},{"type":"null"}]}}}"##, ##"{"a_url":"x"}"##, ["!a_url"]),
        (##"{"properties":{"a_url":{"type":["string","null"]}}}"##, ##"{"a_url":"x"}"##, ["!a_url"]),
        (##"{"properties":{"a":{"type":"string","format":"uri"}}}"##, ##"{"a":"x"}"##, ["!a"]),
        (##"{"properties":{"a":{"type":"string","x-file":"video"}}}"##, ##"{"a":"x"}"##, ["!a"]),
        (##"{"properties":{"a_url":{"type":"string","x-file":false}}}"##, ##"{"a_url":"x"}"##, []),
        (##"{"properties":{"a_url":{"type":"integer"}}}"##, ##"{"a_url":"x"}"##, []),
        (##"{"properties":{"a_url":{"enum":["x"]}}}"##, ##"{"a_url":"x"}"##, []),
        (##"{"properties":{"a_url":{"$ref":"#/$defs/S"}},"$defs":{"S":{"type":"string"}}}"##,
         ##"{"a_url":"x"}"##, ["!a_url"]),
        (##"{"properties":{"f":{"$ref":"#/$defs/File"}},"$defs":{"File":{"properties":{"url":{"type":"string"}}}}}"##,
         ##"{"f":{"url":"x","file_name":"y"}}"##, ["!f/url"]),
        (##"{"properties":{"fs":{"items":{"oneOf":[{"$ref":"#/$defs/F"},{"type":"string"}]}}},"##
            + ##""$defs":{"F":{"properties":{"url":{"type":"string"}}}}}"##,
         ##"{"fs":[{"url":"x"},"y"]}"##, ["!fs/0/url"]),
        (##"{"properties":{"b_urls":{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"string"}}}}"##,
         ##"{"b_urls":["x","y"]}"##, ["!b_urls/1"]),
        (##"{"additionalProperties":{"properties":{"c_url":{"type":"string"}}}}"##,
         ##"{"any":{"c_url":"x"}}"##, ["!any/c_url"]),
        (##"{"$ref":"#","properties":{"a_url":{"type":"string"}}}"##, ##"{"a_url":"x"}"##, ["!a_url"]),
        (##"{"properties":{"prompt":{"type":"string"}}}"##, ##"{"prompt":"file:///x","new_url":"y"}"##, ["?new_url"]),
    ])
    func bySchema(schema: String, input: String, found: [String]) throws { #expect(try places(input, schema) == found) }

    @Test func byName() throws {
        let input = #"{"a_url":"x","b_urls":["y",["z"]],"c":{"url":"u"},"url_d":"n","e":"n","f_url":1}"#
        #expect(try places(input, nil) == ["?a_url", "?b_urls/0", "?b_urls/1/0", "?c/url"])
    }

    @Test func manyAreNotLookedFor() throws {
        let input = JSON.object(["a_urls": .array(Array(repeating: "x", count: 100_000))])
        #expect(FilePlaces(in: input, schema: nil).found.count == FilePlaces.maxFiles + 1)
    }
}

@Suite struct ProgressGateTests {
    @Test func lastAlwaysPassesAndNothingTwice() {
        let gate = ProgressGate()
        #expect(gate.passes(1, of: 10))
        #expect(!gate.passes(2, of: 10))
        #expect(gate.passes(10, of: 10))
        #expect(!gate.passes(10, of: 10))
        #expect(!gate.passes(3, of: 10, file: 1))
        #expect(gate.passes(10, of: 10, file: 1))
    }
}

@Suite struct SharedUploadTests {
    private func shared() -> SharedUpload {
        SharedUpload(.init(storage: "s", size: 1, options: ""), identity: nil, digest: Task { nil })
    }

    @Test func oneEndsItForAll() async throws {
        let upload = shared()
        upload.start { onProgress in
            onProgress(1)
            return .success(.init(url: "u"))
        }
        async let first = upload.wait(onProgress: nil)
        async let second = upload.wait(onProgress: nil)
        #expect(try await (first?.get().url, second?.get().url) == ("u", "u"))
        #expect(try await upload.wait(onProgress: nil)?.get().url == "u")
    }

    @Test func theLastToGoEndsIt() async {
        let upload = shared()
        let (ended, end) = AsyncStream<Bool>.makeStream()
        upload.start { _ in
            // Until it is cancelled.
            try? await Task.sleep(for: .seconds(60))
            end.yield(Task.isCancelled)
            return .failure(FalError(.malformed("cut off")))
        }
        let waiting = Task { await upload.wait(onProgress: nil) == nil }
        waiting.cancel()
        #expect(await waiting.value)
        #expect(upload.isAbandoned)
        #expect(await ended.first { _ in true } == true)
        #expect(await upload.wait(onProgress: nil) == nil)
    }
}
