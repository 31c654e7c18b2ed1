import Bridge
import JSON
import JSONRPC
import Platform

/// Uploads and downloads that take longer than a call may: they go on, and the same call made again takes them up.
final class LongWork: Sendable {
    typealias Hearing = @Sendable (_ method: String, _ params: JSON) -> Void

    private struct Work: Sendable {
        let number: UInt64
        let task: Task<Result<JSON, RPCError>, Never>
        var listeners: [UInt64: Hearing] = [:]
        var lastUpdate: JSON?
        /// When it was over; nil while it goes on.
        var ended: Instant?
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

    private let state = Monitor(State())

    /// Those that go on, and those that are over and wait to be asked for.
    private static let maxKept = 32
    /// Seconds for which an outcome waits to be asked for.
    private static let patience = 900.0

    /// Begins something, or joins it where a call of the same words began it.
    /// - Parameters:
    ///   - key: the words of the call.
    ///   - hear: hears what is told of it while this call waits.
    func end(
        of key: String, until deadline: Instant, _ call: Call, hear: @escaping Hearing,
        _ body: @escaping @Sendable (@escaping Hearing) async throws(RPCError) -> JSON
    ) async throws(RPCError) -> End {
        let (work, listener) = try join(key, hear, body)
        let first = FirstAnswer<Result<JSON, RPCError>?>()
        let timer = Timers.shared.set(deadline) { first.give(nil) }
        Task.detached { first.give(await work.task.value) }
        call.whenEnding { first.give(nil) }
        var outcome = await first.value
        Timers.shared.cancel(timer)
        // What was begun is brought to its end, though nobody may wait for it.
        if outcome == nil, call.ending == .letGo { outcome = await work.task.value }
        let (last, isAlone) = leave(key, work.number, listener, isDone: outcome != nil)
        if let outcome { return .over(try outcome.get()) }
        guard call.ending == .cancelled else { return .late(last) }
        if isAlone { end(key, work.number) }
        throw .cancelled("cancelled")
    }

    private func join(
        _ key: String, _ hear: @escaping Hearing,
        _ body: @escaping @Sendable (@escaping Hearing) async throws(RPCError) -> JSON
    ) throws(RPCError) -> (Work, UInt64) {
        try state.withLock { state throws(RPCError) in
            let now = Instant.now
            state.works = state.works.filter { $0.value.ended.map { now.seconds(since: $0) < Self.patience } ?? true }
            guard state.works[key] != nil || state.works.count < Self.maxKept else {
                throw RPCError(
                    code: 1004, kind: "busy", message: "\(Self.maxKept) uploads and downloads go on already",
                    retryable: true
                )
            }
            let listener = state.next
            state.next += 1
            var work = state.works[key] ?? begin(key, listener, body)
            work.listeners[listener] = hear
            state.works[key] = work
            return (work, listener)
        }
    }

    private func begin(
        _ key: String, _ number: UInt64, _ body: @escaping @Sendable (@escaping Hearing) async throws(RPCError) -> JSON
    ) -> Work {
        Work(number: number, task: Task.detached { [self] in
            let outcome: Result<JSON, RPCError>
            do throws(RPCError) {
                outcome = .success(try await body { [self] in told(key, number, $0, $1) })
            } catch {
                outcome = .failure(error)
            }
            change(key, number) { $0.ended = .now }
            return outcome
        })
    }

    private func told(_ key: String, _ number: UInt64, _ method: String, _ params: JSON) {
        let listeners = change(key, number) { work in
            work.lastUpdate = params
            return Array(work.listeners.values)
        }
        for listener in listeners ?? [] { listener(method, params) }
    }

    /// - Returns: what was heard of it last, and whether no other call waits for it.
    private func leave(_ key: String, _ number: UInt64, _ listener: UInt64, isDone: Bool) -> (JSON?, Bool) {
        let left = change(key, number) { work in
            work.listeners[listener] = nil
            return (work.lastUpdate, work.listeners.isEmpty)
        }
        // An outcome is told once: the same call is a new one from then on.
        if isDone { forget(key, number) }
        return left ?? (nil, false)
    }

    private func end(_ key: String, _ number: UInt64) {
        let task = change(key, number) { $0.task }
        forget(key, number)
        task?.cancel()
    }

    private func forget(_ key: String, _ number: UInt64) {
        state.withLock { if $0.works[key]?.number == number { $0.works[key] = nil } }
    }

    /// What `body` does with the work, unless it is gone.
    @discardableResult
    private func change<Value>(_ key: String, _ number: UInt64, _ body: (inout Work) -> Value) -> Value? {
        state.withLock { state in
            guard var work = state.works[key], work.number == number else { return nil }
            defer { state.works[key] = work }
            return body(&work)
        }
    }
}
