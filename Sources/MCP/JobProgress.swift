import FalProtocol
import JSON
import JSONRPC
import Platform

/// Tells a caller how its job goes: at each change, and often enough in between that no host takes it for dead.
final class JobProgress: Sendable {
    private struct State: Sendable {
        var value = 0.0
        var said = Instant.now
        var timer: Timers.Timer?
        var isClosed = false
        var phase = ""
        var numbers: JSONObject = [:]
        var status = ""
    }

    private let call: Call
    private let token: JSON
    private let hasMessages: Bool
    private let started = Instant.now
    private let state = Monitor(State())

    /// Seconds between two signs of life: hosts that reset a timeout of 10 s by them are content.
    private static let heartbeat = 8.0
    /// Seconds between two that only say more of the same.
    private static let pace = 0.25
    /// What the phases of a job are worth, of 100.
    private static let total = 100.0

    /// - Returns: nil where the caller wants none.
    init?(_ call: Call, _ peer: Peer) {
        guard let token = peer.progressToken else { return nil }
        self.call = call
        self.token = token
        hasMessages = peer.revision.hasProgressMessages
        beat()
    }

    /// Hears what is told of an upload before the job is sent.
    func hear(_ method: String, _ params: JSON) {
        guard method == "upload/progress" else { return }
        let name = params["file_name"]?.stringValue ?? "a file"
        let bytes = params["bytes"]?.intValue ?? 0
        say("uploading \(name)", target: 1, ["bytes": .int(bytes), "total_bytes": params["total"] ?? .null])
    }

    func tell(_ job: Job, _ glimpse: Job.Glimpse) {
        var numbers: JSONObject = ["request_id": .string(job.id), "status": .string(glimpse.status)]
        numbers["queue_position"] = glimpse.position.map(JSON.int)
        numbers["step"] = glimpse.step.map { .int(Int64($0.done)) }
        numbers["steps"] = glimpse.step.map { .int(Int64($0.total)) }
        numbers["last_log"] = glimpse.lastLog.map(JSON.string)
        let share = glimpse.step.map { Double(min($0.done, $0.total)) / Double($0.total) }
        switch QueueState(rawValue: glimpse.status) {
        case .inQueue:
            say(glimpse.position.map { "in the queue, \($0) before it" } ?? "in the queue", target: 2, numbers)
        case .inProgress:
            let step = glimpse.step.map { "step \($0.done) of \($0.total)" } ?? "running"
            let log = glimpse.lastLog.map { " · \($0.prefix(200))" } ?? ""
            say(step + log, target: 5 + 90 * (share ?? 0), numbers, isLast: share == 1)
        case .completed, nil: say("done, saving the result", target: 96, numbers)
        }
    }

    /// Nothing is said after it.
    func close() {
        let timer = state.withLock { state in
            state.isClosed = true
            defer { state.timer = nil }
            return state.timer
        }
        timer.map(Timers.shared.cancel)
    }

    private func say(_ phase: String, target: Double, _ numbers: JSONObject, isLast: Bool = false) {
        let isNew = state.withLock { state in
            let status = numbers["status"]?.stringValue ?? ""
            defer { (state.phase, state.numbers, state.status) = (phase, numbers, status) }
            return status != state.status
                || phase != state.phase && (isLast || Instant.now.seconds(since: state.said) >= Self.pace)
        }
        if isNew { send(target: target) }
    }

    private func beat() {
        let timer = Timers.shared.set(.now.advanced(bySeconds: Self.heartbeat)) { [weak self] in self?.send(target: 0) }
        let isClosed = state.withLock { state in
            if state.isClosed { return true }
            state.timer.map(Timers.shared.cancel)
            state.timer = timer
            return false
        }
        if isClosed { Timers.shared.cancel(timer) }
    }

    private func send(target: Double) {
        // Within the lock, so that what comes later has the higher number, and nothing comes after the close.
        let isSent = state.withLock { state in
            guard !state.isClosed else { return false }
            // It must grow each time, whatever the job does, and never reach the whole.
            let step = (Self.total - state.value) / 10_000
            state.value = max(state.value + step, min(target, 96))
            state.said = .now
            var params: JSONObject = [
                "progressToken": token, "progress": .number((state.value * 1e6).rounded() / 1e6),
                "total": .number(Self.total),
            ]
            let seconds = Int(Instant.now.seconds(since: started))
            let phase = state.phase.isEmpty ? "working" : state.phase
            if hasMessages { params["message"] = .string("\(phase) (\(seconds) s)") }
            if !state.numbers.isEmpty {
                var numbers = state.numbers
                numbers["seconds"] = .int(Int64(seconds))
                params["_meta"] = [MetaKey.job: .object(numbers)]
            }
            call.notifyNow("notifications/progress", .object(params))
            return true
        }
        if isSent { beat() }
    }
}
