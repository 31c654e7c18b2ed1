import FalProtocol
import Glibc
import JSON
import Platform

/// How a job goes, for a person: one line that changes on a terminal, plain lines anywhere else.
final class ProgressView: Sendable {
    private struct State {
        var lastLine = ""
        var isOpen = false
        var phase = ""
    }

    private let state = Monitor(State())
    private let isQuiet: Bool
    private let showsLogs: Bool
    private let isTerminal: Bool
    private let started = Instant.now

    private static let barWidth = 24

    init(isQuiet: Bool, showsLogs: Bool, isTerminal: Bool) {
        self.isQuiet = isQuiet
        self.showsLogs = showsLogs
        self.isTerminal = isTerminal
    }

    func hear(_ method: String, _ params: JSON) {
        guard !isQuiet else { return }
        switch method {
        case "upload/progress": bytes("upload", params)
        case "download/progress": bytes("download", params)
        case "queue/update": update(params)
        default: break
        }
    }

    func note(_ text: String) {
        guard !isQuiet else { return }
        line(text)
    }

    /// Closes the line that changes.
    func end() {
        state.withLock { state in
            if state.isOpen { write("\r\u{1B}[K") }
            state.isOpen = false
        }
    }

    private func update(_ params: JSON) {
        for log in (params["logs"]?.arrayValue ?? []).compactMap(LogLine.init) {
            if let step = LogStep(log.message) {
                show("denoise", step.done, step.total)
            } else if showsLogs || log.level == "WARN" || log.level == "ERROR" || log.message.hasPrefix("engine ") {
                line(log.message)
            }
        }
        switch params["status"]?.stringValue {
        case "IN_QUEUE": phase("in the queue, \(params["queue_position"]?.text ?? "?") before it")
        case "IN_PROGRESS" where params["logs"]?.arrayValue?.isEmpty ?? true: phase("running")
        default: break
        }
    }

    private func bytes(_ what: String, _ params: JSON) {
        guard let done = params["bytes"]?.intValue, let total = params["total"]?.intValue, total > 0 else { return }
        show(what, Int(done), Int(total), unit: 1 << 10)
    }

    private func show(_ what: String, _ done: Int, _ total: Int, unit: Int = 1) {
        let share = min(max(Double(done) / Double(max(total, 1)), 0), 1)
        let filled = Int(share * Double(Self.barWidth))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled)
        let amount = unit == 1 ? "\(done)/\(total)" : "\(done / unit)/\(total / unit) KiB"
        if isTerminal {
            overwrite("\(pad(what))\(bar)  \(amount)  \(clock)")
        } else {
            // A log file wants the quarters, not every step.
            let quarter = Int(share * 4)
            phase("\(pad(what))\(quarter * 25)%")
        }
    }

    private func phase(_ text: String) {
        let isNew = state.withLock { state in
            defer { state.phase = text }
            return state.phase != text
        }
        guard isNew else { return }
        if isTerminal { overwrite("\(text)  \(clock)") } else { line(text) }
    }

    private var clock: String {
        let seconds = Int(Instant.now.seconds(since: started))
        let rest = seconds % 60
        return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    private func pad(_ text: String) -> String { text + String(repeating: " ", count: max(1, 10 - text.count)) }

    private func overwrite(_ text: String) {
        state.withLock { state in
            state.isOpen = true
            write("\r\u{1B}[K" + text)
        }
    }

    private func line(_ text: String) {
        state.withLock { state in
            if state.isOpen { write("\r\u{1B}[K") }
            state.isOpen = false
            // What a server wrote must not steer the terminal.
            write(String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }) + "\n")
        }
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }
}
