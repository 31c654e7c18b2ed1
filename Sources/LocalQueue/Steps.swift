import JSON
import Platform

/// Turns an engine's notifications into log lines of its job.
final class Steps: Sendable {
    private let store: Store
    private let job: String
    private let started = Instant.now
    private let onWritten: @Sendable (Int) -> Void

    /// - Parameter onWritten: called with the number of frames of the result that lie finished in the part file.
    init(store: Store, job: String, onWritten: @escaping @Sendable (Int) -> Void) {
        self.store = store
        self.job = job
        self.onWritten = onWritten
    }

    func hear(_ method: String, _ params: JSON) {
        guard params["job"]?.stringValue ?? job == job else { return }
        let line: (level: String, message: String)
        switch method {
        case "log":
            let level = ["warning": "WARN", "error": "ERROR"][params["level"]?.stringValue ?? ""] ?? "INFO"
            line = (level, params["message"]?.stringValue ?? "")
        case "progress":
            if let written = params["written"]?.intValue { onWritten(Int(clamping: written)) }
            guard params["phase"] == "denoise", let done = params["done"]?.intValue, let total = params["of"]?.intValue
            else { return }
            let seconds = Instant.now.seconds(since: started)
            line = ("INFO", StepLine.text(done: Int(clamping: done), of: Int(clamping: total), seconds: seconds))
        default: return
        }
        do { try store.log(job, level: line.level, line.message) } catch { Log.warning("a log line is lost: \(error)") }
    }
}
