import JSON
import JSONRPC
import Models
import Platform
import Surface
import Testing

@testable import MCP

@Suite struct WordsTests {
    private func words(_ type: String, _ ctx: JSON, at loc: JSON = ["body", "a"], in input: JSON = ["a": 9]) -> String {
        let detail: JSON = [["loc": loc, "msg": "as it came", "type": .string(type), "ctx": ctx]]
        return ErrorWords(input: input).text(.invalidParams("", data: ["detail": detail]))
    }

    @Test func aFaultIsASentence() {
        #expect(words("less_than_equal", ["le": 5]) == "a must be at most 5, was 9")
        #expect(words("greater_than", ["gt": 10]) == "a must be more than 10, was 9")
        #expect(words("missing", [:]) == "a is missing")
        #expect(words("extra_forbidden", ["nearest": "b"]) == "a is not known; did you mean b?")
        #expect(words("of_its_own", [:]) == "a: as it came")
        #expect(words("int_type", [:], at: ["body", "b", 1], in: ["b": ["x", "y"]]) == "b[1] must be a whole number, was \"y\"")
        #expect(words("dict_type", [:], in: ["a": [1]]) == "a must be an object")
        #expect(words("missing", [:], at: ["body"]) == "as it came")
    }

    @Test func whatWasSentIsNotAdvisedToBeSentAgain() {
        let error = RPCError(code: 1503, kind: "unavailable", message: "gone", retryable: true, data: ["request_id": "r"])
        #expect(ErrorWords(input: [:]).text(error).contains("Do not send it again"))
    }

    @Test func costs() throws {
        let document: JSON = [
            "x-price": "$0.05 per second", "x-price-usd": .number(0.05), "x-price-per": "second", "type": "object",
            "properties": ["input": ["type": "object"], "output": ["type": "object"]],
        ]
        let price = try Model(endpoint: "a/b", document: document).price
        #expect(CostNote.before(price, isLocal: false) == "$0.05 per second")
        #expect(CostNote.after(price, isLocal: false, ["inference_time": 10]) == "about $0.5 (10 s at $0.05 per second)")
        #expect(CostNote.after(price, isLocal: true, nil) == "nothing, it ran on this machine")
        #expect(CostNote.after(nil, isLocal: false, nil) == nil)
    }

    @Test func pathsAsURIs() {
        #expect(FileURI.of("/a b/ü#%.mp4") == "file:///a%20b/%C3%BC%23%25.mp4")
    }

    @Test func selections() throws {
        let tools = try GeneralTools().all
        func names(_ text: String) -> [String] { tools.filter(ToolSelection(text).selects).map(\.name) }
        #expect(names("all").count == 10)
        #expect(names("models").isEmpty)
        #expect(names("general,-submit,-status").count == 8)
        #expect(names("-general,result") == ["result"])
        #expect(ToolSelection("general,nothing").unknown(tools) == ["nothing"])
    }
}

/// The pages say what the program does.
@Suite struct PagesTests {
    private func page(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        return String(decoding: try Files.read("\(root)/\(path)", limit: 1 << 20), as: UTF8.self)
    }

    @Test func everyHostsLinesAreInTheDocumentation() throws {
        let text = try page("docs/mcp.md")
        for host in HostConfiguration.all {
            let lines = host.text(program: "/usr/local/bin/fal-bridge")
            #expect(text.contains("```\(host.language)\n\(lines)```"), "\(host.name)\n\(lines)")
            #expect(host.files.allSatisfy { text.contains("`\($0)`") }, "\(host.name)")
        }
    }

    @Test func theReadmeHasTheLinesOfOne() throws {
        let host = try #require(HostConfiguration.named("claude-code"))
        #expect(try page("README.md").contains("```json\n\(host.text(program: "/usr/local/bin/fal-bridge"))```"))
    }

    @Test func rootsAndKeysAreWrittenIntoEach() {
        for host in HostConfiguration.all {
            let text = host.text(program: "/p \"q\"/fal-bridge", root: "/r", keyFile: "/k")
            #expect(text.contains("--root") && text.contains("/r") && text.contains("--key-file") && text.contains("/k"))
            #expect(text.contains("/p \\\"q\\\"/fal-bridge"))
            #expect(text.split(separator: "\n").count <= 16)
        }
    }
}
