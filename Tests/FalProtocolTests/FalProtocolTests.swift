import FalProtocol
import JSON
import JSONSchema
import Testing

@Suite struct ErrorBodyTests {
    @Test(arguments: [
        (#"{"detail":"Request is still in progress"}"#, "Request is still in progress"),
        (#"{"detail":[{"loc":["body","fps"],"msg":"Too much","type":"x"},{"msg":"Odd"}]}"#, "fps: Too much; Odd"),
        (#"{"detail":{"loc":["body","fps"],"msg":"Too much","type":"x"}}"#, "fps: Too much"),
        (#"{"detail":{"reason":"odd"}}"#, #"{"reason":"odd"}"#), (#""words in JSON""#, "words in JSON"),
        (#""""#, "HTTP 502"), ("7", "HTTP 502"), ("null", "HTTP 502"), (#"{"error":"e"}"#, "e"),
        (#"{"status":"NOT_FOUND"}"#, "NOT_FOUND"),
        ("<html><head><title>502 Bad Gateway</title></head></html>", "HTTP 502: 502 Bad Gateway"),
        ("", "HTTP 502"), ("[1]", "HTTP 502"), ("plain words", "HTTP 502: plain words"),
    ])
    func messages(body: String, message: String) {
        #expect(ErrorBody(status: 502, body: Array(body.utf8)).message == message)
    }
}

@Suite struct FaultWordsTests {
    @Test(arguments: [
        (#"{"maximum":50}"#, "99", "less_than_equal", "Input should be less than or equal to 50"),
        (#"{"minimum":0.1}"#, "0", "greater_than_equal", "Input should be greater than or equal to 0.1"),
        (
            #"{"type":"integer"}"#, "1.5", "int_from_float",
            "Input should be a valid integer, got a number with a fractional part"
        ),
        (#"{"enum":["a","b","c"]}"#, "1", "literal_error", "Input should be 'a', 'b' or 'c'"),
        (#"{"type":["string","null"]}"#, "1", "string_type", "Input should be a valid string"),
        (#"{"minLength":1}"#, #""""#, "string_too_short", "String should have at least 1 character"),
    ])
    func words(schema: String, value: String, type: String, msg: String) throws {
        let fault = try #require(try Schema(JSON.parse(schema)).faults(in: JSON.parse(value)).first)
        let words = FieldFault(fault)
        #expect(words.type == type)
        #expect(words.msg == msg)
        #expect(words.loc == ["body"])
    }

    @Test(arguments: [
        ("date-time", "datetime_parsing", "Input should be a valid datetime"),
        ("uuid", "uuid_parsing", "Input should be a valid UUID"), ("uri", "url_parsing", "Input should be a valid URL"),
        ("hostname", "value_error", "Input should be a valid hostname"),
    ])
    func formats(format: String, type: String, msg: String) {
        let words = FieldFault(SchemaFault(path: [], cause: .format(format), value: "x"))
        #expect(words.type == type)
        #expect(words.msg == msg)
    }
}

@Suite struct QueueStatusTests {
    @Test func readsARealTrace() throws {
        let line = #"{"timestamp":"2024-12-20T15:37:17.120314","message":"  0%","labels":{}}"#
        let text = #"{"status":"IN_PROGRESS","request_id":"1","response_url":"u","logs":[\#(line)],"metrics":{}}"#
        let status = try #require(try QueueStatus(JSON.parse(text)))
        #expect(status.state == .inProgress)
        #expect(status.logs?.first?.level == "INFO")
        #expect(QueueStatus(status.wire()) != nil)
    }

    @Test func theIDThatWasAskedForCounts() {
        let answer: JSON = ["status": "COMPLETED", "request_id": "theirs"]
        #expect(QueueStatus(answer)?.requestID == "theirs")
        #expect(QueueStatus(answer, requestID: "ours")?.requestID == "ours")
        #expect(QueueStatus(["status": "COMPLETED"], requestID: "ours")?.requestID == "ours")
        #expect(QueueStatus(["status": "COMPLETED"]) == nil)
    }

    @Test func unknownWordsAreNoStatus() throws {
        #expect(QueueStatus(["status": "NOT_FOUND", "request_id": "1"]) == nil)
    }
}

@Suite struct FileValueTests {
    @Test func findsEveryFile() throws {
        let output = try JSON.parse(#"{"video":{"url":"a","file_size":3},"seed":1,"frames":[{"url":"b"}]}"#)
        #expect(FileValue.all(in: output).map(\.url) == ["a", "b"])
    }

    @Test func mediaTypes() {
        #expect(MediaType.guess(name: "x.mp4", start: Array("GIF89a".utf8)) == "image/gif")
        #expect(MediaType.guess(name: "x.MP4", start: []) == "video/mp4")
        #expect(MediaType.guess(name: "x", start: []) == MediaType.unknown)
        #expect(MediaType.fileExtension(of: "video/mp4") == "mp4")
    }
}
