import Glibc
import JSON
import Platform
import Testing

@testable import JSONRPC

/// Which ids are taken. What can be seen from outside by bytes alone is in Tests/cases.
@Suite struct DispatcherTests {
    /// What the lines are answered with; `hold` is answered when it is cancelled.
    static func answers(_ lines: [String]) throws -> [String] {
        var name = Array("/tmp/dispatcher-XXXXXX".utf8CString)
        let file = Descriptor(owning: mkstemp(&name))
        unlink(name)
        let outbox = Outbox(Output(file.raw)) { _ in }
        let hold = Method("hold", parked: { call in
            call.whenEnding { call.answer(.failure(.cancelled("cancelled"))) }
        })
        let dispatcher = Dispatcher(
            methods: [Method("ping", immediate: { _ in 1 }), hold], maxInFlight: 9, outbox: outbox
        )
        for line in lines { Array(line.utf8).withUnsafeBytes { _ = dispatcher.accept($0) } }
        outbox.flush()
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = bytes.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress, $0.count, 0) }
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "\n").map { line in
            func short(_ answer: JSON) -> String {
                let what = answer["error"]?["code"]?.text ?? answer["result"]?.text ?? "?"
                return "\(answer["id"]?.text ?? "?"):\(what)"
            }
            guard let json = try? JSON.parse(String(line)) else { return String(line) }
            return json.arrayValue.map { "[\($0.map(short).joined(separator: " "))]" } ?? short(json)
        }
    }

    static func call(_ method: String, _ id: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"#
    }

    static func cancel(_ id: String) -> String {
        #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(id)}}"#
    }

    @Test func idsAreTheSameOnlyWhereTheyAreWrittenAlike() throws {
        let (one, two) = ("\"\u{e9}\"", "\"e\u{301}\"")
        let lines = [Self.call("hold", one), Self.call("hold", two), Self.cancel(two), Self.call("hold", one)]
        let found = try Self.answers(lines).map { Array($0.utf8) }
        #expect(found == ["\(two):-32800", "null:-32600"].map { Array($0.utf8) })
        #expect(try Self.answers(["1", "\"1\"", "1.0"].map { Self.call("hold", $0) }) == [])
    }

    @Test func anIDInFlightIsTakenAfterShutdownToo() throws {
        let lines = [Self.call("hold", "1"), Self.call("shutdown", "2"), Self.call("ping", "1"), Self.call("ping", "3")]
        #expect(try Self.answers(lines) == ["2:null", "null:-32600", "3:-32600"])
    }

    @Test func anIDIsTakenUntilItsBatchIsAnswered() throws {
        let batch = "[\(Self.call("ping", "1")),\(Self.call("hold", "2")),\(Self.call("nope", "3"))]"
        let lines = [batch] + ["1", "2", "3"].map { Self.call("ping", $0) } + [Self.cancel("2"), Self.call("ping", "1")]
        #expect(try Self.answers(lines) == [
            "null:-32600", "null:-32600", "null:-32600", "[1:1 3:-32601 2:-32800]", "1:1",
        ])
        let twice = "[\(Self.call("ping", "1")),\(Self.call("ping", "1")),\(Self.call("ping", "null")),"
            + "\(Self.call("ping", "null"))]"
        #expect(try Self.answers([twice]) == ["[1:1 null:-32600 null:1 null:1]"])
    }

    /// Found by `make fuzz`: the broken message, whose own batch is answered at once, let the id of the other's go.
    @Test func anIDStaysTakenWhenABrokenMessageOfAnotherBatchHasIt() throws {
        let batch = "[\(Self.call("hold", "1")),\(Self.call("ping", "2"))]"
        let broken = #"[{"jsonrpc":"1.0","id":2,"method":"ping"}]"#
        let lines = [batch, broken, Self.call("ping", "2"), Self.cancel("1"), Self.call("ping", "2")]
        #expect(try Self.answers(lines) == ["[2:-32600]", "null:-32600", "[2:1 1:-32800]", "2:1"])
        // And the other way about: the broken one's answer waits longer.
        let late = #"[{"jsonrpc":"1.0","id":2,"method":"ping"},"# + "\(Self.call("hold", "3"))]"
        let back = [batch, late, Self.cancel("1"), Self.call("ping", "2"), Self.cancel("3"), Self.call("ping", "2")]
        #expect(try Self.answers(back) == ["[2:1 1:-32800]", "null:-32600", "[2:-32600 3:-32800]", "2:1"])
    }
}
