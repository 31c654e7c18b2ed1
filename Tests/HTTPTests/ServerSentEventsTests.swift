import HTTP
import Testing

@Suite struct ServerSentEventsTests {
    private func events(_ text: String, cut: Int, limit: Int = 1 << 20) throws -> [String] {
        var parser = ServerSentEvents(maxEventBytes: limit)
        let bytes = Array(text.utf8)
        var found: [String] = []
        var index = 0
        while index < bytes.count {
            let piece = bytes[index..<min(index + cut, bytes.count)]
            index += cut
            for event in try piece.withUnsafeBytes({ buffer in try parser.push(buffer) }) {
                found.append("\(event.name):\(String(decoding: event.data, as: UTF8.self))")
            }
        }
        return found
    }

    @Test(arguments: [1, 2, 3, 5, 7, 1_000])
    func howeverItIsCut(cut: Int) throws {
        let text = "\u{FEFF}: comment\r\n\r\ndata: a\r\ndata:b\r\n\r\nevent: x\rdata:  c\r\rid: 1\nretry: 5\ndata\n\n\n"
            + ": ping\n\ndata: no end"
        #expect(try events(text, cut: cut) == ["message:a\nb", "x: c", "message:"])
    }

    @Test func anEventHasItsLimit() throws {
        #expect(throws: ServerSentEvents.TooLarge.self) {
            _ = try events(String(repeating: "x", count: 200), cut: 7, limit: 100)
        }
        let many = String(repeating: "data: 12345678\n", count: 20)
        #expect(throws: ServerSentEvents.TooLarge.self) { _ = try events(many, cut: 7, limit: 100) }
        // The limit is of each, not of all.
        #expect(try events(String(repeating: "data: 12345678\n\n", count: 20), cut: 7, limit: 100).count == 20)
    }
}
