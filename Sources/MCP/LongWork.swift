import Bridge
import JSON
import JSONRPC
import Platform

/// Uploads and downloads that take longer than a call may: they go on, and the same call made again takes them up.
final class LongWork: Sendable {
    typealias Hearing = @Sendable (_ method: String, _ params: JSON) -> Void
    typealias Body = @Sendable (@escaping Hearing) async throws(RPCError) -> JSON

    private struct Work: Sendable {
        let number: UInt64
        let task: Task<Result<JSON, RPCError>, Never>
        /// Of the calls that wait for it.
        var listeners: [UInt64: Hearing] = [:]
        var lastUpdate: JSON?
        /// When it was over; nil while it goes on.
        var ended: Instant?
        /// Calls that were answered that it goes on, and have not come again: its outcome is kept for them.
        var promises = 0
    }

    private struct State: Sendable {
        /// By what the calls that wait for it say.
        var works: [String: Work] = [:]
        var next: UInt64 = 1
    }

    enum End: Sendable {
        case over(JSON)
        /// With what was heard of it last.
        case late(JSON?)
    }

    /// A call's part in a work.
    private struct Share: Sendable {
        let key: String
        let work: Work
        let listener: UInt64
        /// Whether it was over when the call came.
        var isPast: Bool { work.ended != nil }
        /// Whether the call may be one that comes again.
        var isRepeat: Bool { work.promises > 0 }
    }

    private let state = Monitor(State())

    /// Those that no call waits for: they go on, or are over and wait to be asked for.
    private static let maxKept = 32
    /// Seconds for which an outcome waits to be asked for.
    private static let patience = 900.0

    /// Begins something, or joins it where a call of the same words began it.
    /// - Parameters:
    ///   - key: the words of the call, and what they are about.
    ///   - hear: hears what is told of it while this call waits.
    func end(
        of key: String, until deadline: Instant, _ call: Call, hear: @escaping Hearing, _ body: @escaping Body
    ) async throws(RPCError) -> End {
        let share = try join(key, hear, body)
        let outcome = await outcome(share, until: deadline, call)
        if call.ending == .cancelled {
            leaveCancelled(share)
            throw .cancelled("cancelled")
        }
        guard let outcome else { return .late(leaveLate(share)) }
        leaveTold(share)
        return .over(try outcome.get())
    }

    private func outcome(_ share: Share, until deadline: Instant, _ call: Call) async -> Result<JSON, RPCError>? {
        // However little time there is, what is over need not be waited for.
        if share.isPast { return await share.work.task.value }
        let first = FirstAnswer<Result<JSON, RPCError>?>()
        let timer = Timers.shared.set(deadline) { first.give(nil) }
        Task.detached { first.give(await share.work.task.value) }
        call.whenEnding { first.give(nil) }
        let outcome = await first.value
        Timers.shared.cancel(timer)
        // What was begun is brought to its end, though nobody may wait for it.
        if outcome == nil, call.ending == .letGo { return await share.work.task.value }
        return outcome
    }

    // MARK: Coming

    private func join(_ key: String, _ hear: @escaping Hearing, _ body: @escaping Body) throws(RPCError) -> Share {
        try state.withLock { state throws(RPCError) in
            let now = Instant.now
            state.works = state.works.filter { _, work in
                work.ended.map { !work.listeners.isEmpty || now.seconds(since: $0) < Self.patience } ?? true
            }
            let kept = state.works.filter { $0.value.listeners.isEmpty }
            if state.works[key] == nil, kept.count >= Self.maxKept {
                let ended = kept.compactMap { key, work in work.ended.map { (key, $0) } }
                guard let oldest = ended.min(by: { $0.1 < $1.1 }) else {
                    throw RPCError(
                        code: 1004, kind: "busy", message: "\(Self.maxKept) uploads and downloads go on already",
                        retryable: true
                    )
                }
                state.works[oldest.0] = nil
            }
            let listener = state.next
            state.next += 1
            var work = state.works[key] ?? begin(key, listener, body)
            work.listeners[listener] = hear
            state.works[key] = work
            return Share(key: key, work: work, listener: listener)
        }
    }

    private func begin(_ key: String, _ number: UInt64, _ body: @escaping Body) -> Work {
        Work(number: number, task: Task.detached { [self] in
            let outcome: Result<JSON, RPCError>
            do throws(RPCError) {
                outcome = .success(try await body { [self] in told(key, number, $0, $1) })
            } catch {
                outcome = .failure(error)
            }
            change(key, number) { $0?.ended = .now }
            return outcome
        })
    }

    private func told(_ key: String, _ number: UInt64, _ method: String, _ params: JSON) {
        let listeners = change(key, number) { work in
            work?.lastUpdate = params
            return Array((work?.listeners ?? [:]).values)
        }
        for listener in listeners { listener(method, params) }
    }

    // MARK: Going

    /// - Returns: what was heard of it last.
    private func leaveLate(_ share: Share) -> JSON? {
        change(share.key, share.work.number) { work in
            work?.listeners[share.listener] = nil
            work?.promises += share.isRepeat ? 0 : 1
            return work?.lastUpdate
        }
    }

    private func leaveTold(_ share: Share) {
        change(share.key, share.work.number) { work in
            work?.listeners[share.listener] = nil
            if share.isRepeat { work?.promises -= 1 }
            guard let left = work, left.listeners.isEmpty, left.promises <= 0 else { return }
            work = nil
        }
    }

    private func leaveCancelled(_ share: Share) {
        let unwanted: Task<Result<JSON, RPCError>, Never>? = change(share.key, share.work.number) { work in
            work?.listeners[share.listener] = nil
            guard let left = work, left.listeners.isEmpty, left.ended == nil else { return nil }
            // In the same breath: who comes next begins anew.
            work = nil
            return left.task
        }
        unwanted?.cancel()
    }

    /// What `body` does with the work, which is nil where it is gone.
    @discardableResult
    private func change<Value>(_ key: String, _ number: UInt64, _ body: (inout Work?) -> Value) -> Value {
        state.withLock { state in
            var work = state.works[key]
            guard work?.number == number else {
                var gone: Work?
                return body(&gone)
            }
            defer { state.works[key] = work }
            return body(&work)
        }
    }
}
