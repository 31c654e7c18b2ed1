import Bridge
import FalProtocol
import Glibc
import JSONRPC
import Platform
import Recording
import Synchronization

/// `--trace` and `--record`: who looks on at the wire, and what is kept from them.
struct WireWatch {
    let tap: WireTap
    private let recording: RecordingWriter?

    /// Seconds that a slow disk gets at the end.
    private static let patience = 10.0
    /// The flags of those who look on.
    static let lookersOn: Set = ["record", "trace", "trace-file"]
    /// What sets a bridge up besides its flags.
    private static let variables = [
        "FAL_BRIDGE_BACKEND", "FAL_BRIDGE_ROOTS", "FAL_BRIDGE_SCHEMAS", "FAL_PROXY_URL", "FAL_QUEUE_RUN_HOST",
        "FAL_QUEUE_URL", "FAL_REST_URL", "FAL_RUN_HOST", "FAL_RUN_URL",
    ]

    /// - Returns: nil where nobody looks on.
    init?(_ arguments: Arguments, _ settings: Settings, framing: Framing?, maxMessageBytes: Int) throws {
        let word = arguments.given("trace") ?? WireTrace.Level.off.rawValue
        guard let level = WireTrace.Level(rawValue: word) else {
            throw Arguments.Unusable(description: "no trace '\(word)': off, messages or verbose")
        }
        let path = arguments.given("record")
        guard level != .off || path != nil else { return nil }
        let started = Instant.now
        let redaction = Mutex(Redaction(Self.rules(settings)))
        recording = try path.map { path in
            let head = redaction.withLock { Self.head(arguments, settings, &$0) }
            do { return try RecordingWriter(path: path, head: head, started: started) } catch {
                throw Arguments.Unusable(description: "--record \(error)")
            }
        }
        let trace = level == .off ? nil : try Self.trace(level, arguments, started)
        tap = try WireTap(framing: framing, maxMessageBytes: maxMessageBytes) { [recording] events in
            let masked = redaction.withLock { redaction in events.map { Self.masked($0, &redaction) } }
            recording?.write(masked)
            trace?.write(masked)
        }
    }

    /// To be called when nothing goes over the wire any more.
    func finish(exit code: CInt) {
        guard tap.finish(until: Instant.now.advanced(bySeconds: Self.patience)) else {
            return Log.error("what went over the wire last is not written down: it takes more than \(Self.patience) s")
        }
        recording?.finish(exit: code)
    }

    /// What is a secret to us: in any message, and in a recording that is replayed.
    static func rules(_ settings: Settings?) -> Redaction.Rules {
        var rules = Redaction.Rules()
        rules.parts.append("falkey")
        rules.shownHeaders += ["xfal", "xappfal"]
        rules.guarded = ["configure": ["backend", "proxy_url", "default_endpoint"]]
        if let key = settings?.credentials { rules.find = { key.places(in: $0) } }
        return rules
    }

    private static func masked(_ event: WireTap.Event, _ redaction: inout Redaction) -> WireTap.Event {
        guard case .piece(var piece) = event.content else { return event }
        redaction.redact(&piece)
        return WireTap.Event(time: event.time, direction: event.direction, content: .piece(piece))
    }

    private static func head(
        _ arguments: Arguments, _ settings: Settings, _ redaction: inout Redaction
    ) -> RecordingHead {
        var environment: [String: String] = [:]
        for name in variables {
            if let value = Environment.get(name) { environment[name] = redaction.redact(value, name: name) }
        }
        return RecordingHead(
            program: Product.name, programVersion: Product.version, started: Timestamp.now.iso8601(),
            arguments: arguments.line(without: lookersOn).map { redaction.redact($0) }, environment: environment,
            hasKey: settings.credentials != nil
        )
    }

    private static func trace(
        _ level: WireTrace.Level, _ arguments: Arguments, _ started: Instant
    ) throws -> WireTrace {
        let isJSON = arguments.last("log-format") == Log.Format.json.rawValue
        guard let path = arguments.given("trace-file") else {
            return WireTrace(level, name: Product.name, isJSON: isJSON, started: started) { line in
                line.withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
            }
        }
        let file: TraceFile
        do { file = try TraceFile(path) } catch { throw Arguments.Unusable(description: "--trace-file \(error)") }
        return WireTrace(level, name: isJSON ? Product.name : "", isJSON: isJSON, started: started) { file.write($0) }
    }
}

/// A file that grows line by line; several processes may share it.
private final class TraceFile: Sendable {
    private let file: Descriptor

    init(_ path: String) throws(SystemError) {
        file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND)
    }

    func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { try? file.write($0) } }
}
