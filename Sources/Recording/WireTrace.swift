import JSON
import JSONRPC
import Platform
import Synchronization

/// What goes over the wire, told line by line to a person.
public final class WireTrace: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case off
        /// A line a message: what it is, how long it took, how many bytes.
        case messages
        /// The message, too.
        case verbose
    }

    private let level: Level
    private let name: String
    private let isJSON: Bool
    private let clock: (start: Instant, wall: Timestamp)
    private let write: @Sendable ([UInt8]) -> Void
    /// Calls without an answer yet, by id: what was called, and when.
    private let calls = Mutex<[JSON: (method: String, time: Instant)]>([:])

    /// Of `calls`; past it no time is told.
    private static let maxCalls = 4_096
    /// Bytes of a message that are shown.
    private static let maxShown = 4_096

    /// - Parameters:
    ///   - name: stands before each line, where others write, too; empty for none.
    ///   - isJSON: whether each line is an object.
    public init(
        _ level: Level, name: String, isJSON: Bool, started: Instant, write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.level = level
        self.name = name
        self.isJSON = isJSON
        self.write = write
        clock = (started, Timestamp(seconds: Timestamp.now.seconds - Instant.now.seconds(since: started)))
    }

    public func write(_ events: [WireTap.Event]) {
        var lines: [UInt8] = []
        // What one read brought has one time.
        var wall = ""
        var told: Instant?
        for event in events {
            if event.time != told {
                wall = Timestamp(seconds: clock.wall.seconds + event.time.seconds(since: clock.start)).iso8601()
                told = event.time
            }
            tell(event, at: wall, &lines)
        }
        if !lines.isEmpty { write(lines) }
    }

    private func tell(_ event: WireTap.Event, at wall: String, _ lines: inout [UInt8]) {
        func line(_ words: String, _ message: ArraySlice<UInt8>? = nil) {
            self.line(event, at: wall, words, message, &lines)
        }
        switch event.content {
        case .end: line(event.direction == .input ? "the input has ended" : "nobody reads any more")
        case .lost(let count): line("\(count) bytes came too quickly to be shown")
        case .piece(let piece):
            let bytes = piece.message.map { piece.bytes[$0] } ?? piece.bytes[...]
            if piece.message == nil, !bytes.contains(where: { $0 > 0x20 }) { return }
            let size = "\(bytes.count) bytes"
            guard piece.message != nil, let json = try? JSON.parse(Array(bytes)) else {
                return line("no message (\(size))", bytes)
            }
            switch json {
            case .array(let messages):
                line("a batch of \(messages.count) (\(size))", bytes)
                for message in messages { line("  " + words(message, event)) }
            default: line("\(words(json, event)) (\(size))", bytes)
            }
        }
    }

    /// What a message is.
    private func words(_ message: JSON, _ event: WireTap.Event) -> String {
        let id = message["id"]
        if let method = message["method"]?.stringValue {
            guard let id, event.direction == .input else { return "notification \(method)" }
            calls.withLock { calls in
                if calls.count < Self.maxCalls { calls[id] = (method, event.time) }
            }
            return "call \(id.text) \(method)"
        }
        guard let id else { return "what is no call" }
        let error = message["error"]
        guard error != nil || message["result"] != nil else { return "what is no call" }
        let call = calls.withLock { $0.removeValue(forKey: id) }
        var words = "\(error == nil ? "result" : "error") \(id.text)"
        if let call { words += " \(call.method)" }
        if let error {
            words += " \(error["code"]?.text ?? "") \(error["data"]?["kind"]?.stringValue ?? "")"
        }
        if let call { words += " after \(Self.milliseconds(event.time.seconds(since: call.time)))" }
        return words
    }

    private func line(
        _ event: WireTap.Event, at wall: String, _ words: String, _ message: ArraySlice<UInt8>?,
        _ lines: inout [UInt8]
    ) {
        let shown: String? = message.flatMap { message in
            guard level == .verbose else { return nil }
            let cut = message.count > Self.maxShown ? "… and \(message.count - Self.maxShown) bytes more" : ""
            return String(decoding: message.prefix(Self.maxShown), as: UTF8.self) + cut
        }
        if isJSON {
            var object: JSONObject = [
                "time": .string(wall), "level": "trace", "program": .string(name),
                "direction": .string(event.direction.rawValue), "message": .string(words),
            ]
            object["text"] = shown.map(JSON.string)
            lines += JSON.object(object).bytes + [UInt8(ascii: "\n")]
            return
        }
        let time = wall.split(separator: "T").last?.dropLast() ?? ""
        let arrow = event.direction == .input ? "-->" : "<--"
        var text = "\(name.isEmpty ? "" : name + ": ")\(time) \(arrow) \(Self.tame(words))\n"
        if let shown { text += "    " + Self.tame(shown) + "\n" }
        lines += text.utf8
    }

    /// What others sent must not steer the terminal.
    private static func tame(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private static func milliseconds(_ seconds: Double) -> String {
        let hundredths = Int((seconds * 100_000).rounded())
        guard hundredths < 100_000 else { return "\(hundredths / 100_000).\(hundredths / 10_000 % 10) s" }
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) ms"
    }
}
