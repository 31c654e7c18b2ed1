import JSON
import Synchronization

/// Where a call's notifications go.
protocol CallOutlet: Sendable {
    /// - Parameter merge: makes one of an earlier notification that has not gone out yet and this one.
    func update(_ call: UInt64, method: String, params: JSON, merge: (JSON, JSON) -> JSON)
    /// Waits until little enough is on its way.
    /// - Parameter isEnding: once it says so, `letGo` is called.
    func room(for call: UInt64, unless isEnding: @Sendable () -> Bool) async
    /// Lets a call go on that waits for room.
    func letGo(_ call: UInt64)
}

extension Outbox: CallOutlet {}

/// Hands what a call says to whoever made it within the process.
private struct InnerOutlet: CallOutlet {
    let hear: @Sendable (_ method: String, _ params: JSON) -> Void

    func update(_ call: UInt64, method: String, params: JSON, merge: (JSON, JSON) -> JSON) { hear(method, params) }
    func room(for call: UInt64, unless isEnding: @Sendable () -> Bool) async {}
    func letGo(_ call: UInt64) {}
}

extension Method {
    /// Makes a call of it within the process: the params are checked, what it tells is heard, and it is answered, all
    /// as a peer would see it.
    /// - Parameters:
    ///   - context: see `Call.context`.
    ///   - onNotification: must not block.
    ///   - onAnswer: called once, on any thread; it must not block.
    /// - Returns: the call, to be ended before it is done.
    @discardableResult
    public func call(
        _ params: JSONObject, context: (any Sendable)? = nil,
        onNotification: @escaping @Sendable (_ method: String, _ params: JSON) -> Void = { _, _ in },
        onAnswer: @escaping @Sendable (Result<JSON, RPCError>) -> Void
    ) -> Call {
        let call = Call(
            id: .null, method: name, params: params, serial: 0, outlet: InnerOutlet(hear: onNotification),
            context: context
        ) { onAnswer($1) }
        do throws(RPCError) {
            try check?(params)
            start(call)
        } catch {
            call.answer(.failure(error))
        }
        return call
    }

    /// As `call`, for one that is waited for. When the task is cancelled, so is the call.
    public func result(
        _ params: JSONObject, context: (any Sendable)? = nil,
        onNotification: @escaping @Sendable (_ method: String, _ params: JSON) -> Void = { _, _ in }
    ) async throws(RPCError) -> JSON {
        let made = CallBox()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                made.set(call(params, context: context, onNotification: onNotification) {
                    continuation.resume(returning: $0)
                })
            }
        } onCancel: {
            made.cancel()
        }
        return try outcome.get()
    }
}

/// A call that may be cancelled before it is known.
private final class CallBox: Sendable {
    private let state = Mutex<(call: Call?, isCancelled: Bool)>((nil, false))

    func set(_ call: Call) {
        let isCancelled = state.withLock { state in
            state.call = call
            return state.isCancelled
        }
        if isCancelled { call.cancel() }
    }

    func cancel() {
        let call = state.withLock { state in
            state.isCancelled = true
            return state.call
        }
        call?.cancel()
    }
}
