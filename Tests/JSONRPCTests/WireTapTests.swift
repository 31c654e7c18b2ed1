import Platform
import Testing

@testable import JSONRPC

@Suite struct WireTapTests {
    static func take(_ tap: WireTap, _ direction: WireTap.Direction, _ text: String) {
        Array(text.utf8).withUnsafeBytes { tap.take(direction, $0) }
    }

    @Test func bothDirectionsInOrder() throws {
        let heard = Monitor<[WireTap.Event]>([])
        let tap = try WireTap(framing: nil, maxMessageBytes: 100) { events in heard.update { $0 += events } }
        Self.take(tap, .input, "{\"id\":1}\n{\"id\"")
        Self.take(tap, .output, "Content-Length: 2\r\n\r\n{}")
        Self.take(tap, .input, ":2}\n")
        tap.end(.input)
        tap.finish(until: Instant.now.advanced(bySeconds: 10))
        let told = heard.withLock { $0 }.map { event in
            switch event.content {
            case .piece(let piece): "\(event.direction.rawValue) \(String(decoding: piece.bytes[piece.message ?? 0..<0], as: UTF8.self))"
            case .end: "\(event.direction.rawValue) end"
            case .lost(let count): "lost \(count)"
            }
        }
        #expect(told == ["in {\"id\":1}", "out {}", "in {\"id\":2}", "in end"])
    }

    /// Whoever looks on may be slow: what does not fit is dropped and told of, and nobody waits.
    @Test func whatComesTooQuicklyIsToldOf() throws {
        let gate = Monitor((isHeard: false, isOpen: false, lost: 0, bytes: 0, after: [String]()))
        let tap = try WireTap(framing: .lines, maxMessageBytes: 100) { events in
            gate.update { $0.isHeard = true }
            _ = gate.wait { $0.isOpen ? true : nil }
            gate.update { gate in
                for event in events {
                    switch event.content {
                    case .lost(let count): gate.lost += count
                    case .piece(let piece):
                        gate.bytes += piece.bytes.count
                        if gate.lost > 0 { gate.after.append(String(decoding: piece.bytes, as: UTF8.self)) }
                    case .end: break
                    }
                }
            }
        }
        Self.take(tap, .input, "{}\n")
        _ = gate.wait { $0.isHeard ? true : nil }
        let line = String(repeating: "x", count: (1 << 20) - 1) + "\n"
        for _ in 0..<100 { Self.take(tap, .input, line) }
        gate.update { $0.isOpen = true }
        // What comes once there is room is whole again.
        _ = gate.wait(until: Instant.now.advanced(bySeconds: 30)) { $0.lost > 0 ? true : nil }
        Self.take(tap, .input, "{}\n")
        tap.finish(until: Instant.now.advanced(bySeconds: 30))
        gate.withLock { gate in
            #expect(gate.lost > 30 << 20 && gate.lost + gate.bytes == (100 << 20) + 6)
            #expect(gate.after == ["{}\n"])
        }
    }
}
