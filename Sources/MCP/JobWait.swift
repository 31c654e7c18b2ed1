import Bridge
import JSONRPC
import Platform

/// Waits for a job, for a time, for a caller who may not want it any more.
struct JobWait: Sendable {
    enum End: Sendable {
        case over
        case late
        case ending
    }

    private let job: Job
    private let call: Call

    init(_ job: Job, _ call: Call) {
        self.job = job
        self.call = call
    }

    func end(until deadline: Instant) async -> End {
        let first = FirstAnswer<End>()
        let timer = Timers.shared.set(deadline) { first.give(.late) }
        let listener = job.listen { if $0.isOver { first.give(.over) } }
        call.whenEnding { first.give(.ending) }
        call.waits()
        let end = await first.value
        Timers.shared.cancel(timer)
        job.ignore(listener)
        return end
    }
}
