import Bridge
import FalProtocol
import Glibc
import JSON
import Platform
import Recording

/// `fal-bridge replay FILE [-- FLAGS]`: a recording against this program.
///
/// It runs in a state folder of its own and without a key: a replay pays for nothing and changes nothing.
struct ReplayCommand {
    private let arguments: Arguments
    private let output: CInt

    /// What a recording does not decide: where a run keeps its state, whose key it has, and who looks on.
    private static let ownFlags = WireWatch.lookersOn.union(["key-file", "state-dir"])
    /// Seconds that a message is waited for.
    private static let patience = 10.0
    /// Bytes of a message that are shown on either side of a difference.
    private static let shown = 34

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        guard let path = arguments.words.first else {
            throw Arguments.Unusable(description: "replay FILE [-- FLAGS OF THE PROGRAM]")
        }
        let recording: Recording
        do { recording = try Recording(path: path) } catch {
            throw Arguments.Unusable(description: "\(path): \(error.description)")
        }
        for entry in recording.entries {
            guard case .lost(_, let count) = entry.what else { continue }
            throw Arguments.Unusable(
                description: "\(path): line \(entry.line): \(count) bytes are missing here; record it anew"
            )
        }
        let recorded = try Arguments(recording.head.arguments)
        guard Arguments.table.flags.contains(where: { $0.name == "record" && $0.commands.contains(recorded.command) })
        else { throw Arguments.Unusable(description: "\(path): nothing is recorded of '\(recorded.command)'") }
        let scratch = try ScratchFolder()
        let words = recorded.line(without: Self.ownFlags) + arguments.words.dropFirst()
        let process = try ReplayProcess(words, environment: environment(recording.head, scratch))
        var ignored = arguments.all("ignore")
        if recording.head.programVersion != Product.version {
            say("\(path): recorded by \(recording.head.programVersion), played by \(Product.version)")
            ignored.append("version")
        }
        var replay = Replay(
            process, isExact: arguments.has("exact"), ignored: ignored,
            patience: try arguments.seconds("wait") ?? Self.patience
        )
        do throws(Replay.Difference) { try replay.play(recording) } catch {
            process.closeInput()
            explain(error, path, replay)
            _ = process.wait(until: Instant.now.advanced(bySeconds: Self.patience))
            return 1
        }
        write("\(path): \(Self.count(replay.compared, "message")), all as recorded\(notes(replay, recording))\n")
        return 0
    }

    private func environment(_ head: RecordingHead, _ scratch: ScratchFolder) -> [String: String] {
        var environment = Environment.all
        for name in environment.keys where name.hasPrefix("FAL_") && name != "FAL_LOCAL_BIN" { environment[name] = nil }
        for (name, value) in head.environment { environment[name] = value }
        environment["FAL_BRIDGE_STATE"] = scratch.path
        // Else the key of fal's own command line would be found.
        environment["FAL_CONFIG_PATH"] = Files.join(scratch.path, "none")
        if head.hasKey { environment["FAL_KEY"] = Redaction.mask }
        return environment
    }

    // MARK: What is said

    private func notes(_ replay: Replay, _ recording: Recording) -> String {
        var notes: [String] = []
        let ids = replay.likeness.substituted
        if ids > 0 { notes.append("\(Self.count(ids, "id")) of this run's own") }
        if replay.likeness.times > 0 { notes.append(Self.count(replay.likeness.times, "other time")) }
        if replay.reordered > 0 { notes.append("\(replay.reordered) in another order") }
        if recording.isCut { notes.append("the last line was cut off") }
        return notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
    }

    private func explain(_ difference: Replay.Difference, _ path: String, _ replay: Replay) {
        let before = "after \(Self.count(replay.compared, "message")) as recorded"
        switch difference {
        case .different(let expected, let now):
            say("\(path): line \(expected.line): another message, \(before)")
            show(expected.bytes, now)
        case .missing(let expected, let isOver):
            say("\(path): line \(expected.line): \(isOver ? "the program ended without" : "no") message, \(before)")
            say("  recorded  \(Self.text(expected.bytes[...]).prefix(2 * Self.shown))")
            if !isOver { say("  --wait SECONDS waits longer") }
        case .more(let now):
            say("\(path): a message more than was recorded, \(before)")
            say("  now       \(Self.text(now[...]).prefix(2 * Self.shown))")
        case .ended(let line): say("\(path): line \(line): the program has ended and does not read it, \(before)")
        case .exit(let code, let now):
            let words = switch now {
            case .code(let code)?: "\(code)"
            case .signal(let signal)?: "by signal \(signal)"
            case nil: "none: it did not end"
            }
            say("\(path): exit code \(code) was recorded, and this one is \(words), \(before)")
        }
    }

    /// Both messages around the first byte that differs, with a mark below it.
    private func show(_ recorded: [UInt8], _ now: [UInt8]) {
        let place = zip(recorded, now).enumerated().first { $1.0 != $1.1 }?.offset ?? min(recorded.count, now.count)
        let start = max(0, place - Self.shown)
        func part(_ bytes: [UInt8]) -> String {
            let end = min(bytes.count, place + Self.shown)
            return (start > 0 ? "…" : "") + Self.text(bytes[min(start, end)..<end]) + (end < bytes.count ? "…" : "")
        }
        let common = Self.text(recorded[start..<place])
        say("  recorded  \(part(recorded))")
        say("  now       \(part(now))")
        say("  " + String(repeating: " ", count: 10 + (start > 0 ? 1 : 0) + common.count) + "^ byte \(place)")
    }

    /// As it may stand on a terminal.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(String.UnicodeScalarView(String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "⏎"
            case "\r": "␍"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: "·"
            default: scalar
            }
        }))
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    private func say(_ text: String) {
        Array("\(text)\n".utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}
