import JSON
import Platform
import Synchronization

/// A call in flight, as its method sees it.
public final class Call: Sendable {
    /// Why a call is to end before it is done.
    public enum Ending: Sendable {
        /// The peer wants no answer any more.
        case cancelled
        /// Nobody will wait for the answer: the input has ended, or the process is to end.
        case letGo
    }

    /// As the peer sent it.
    public let id: JSON
    public let method: String

    /// Unlike the id, never the same twice.
    let serial: UInt64
    private let outlet: any CallOutlet
    /// For whom it is made, in terms that its method knows; nil for the peer.
    public let context: (any Sendable)?
    private let onAnswer: @Sendable (Call, Result<JSON, RPCError>) -> Void
    private let state: Mutex<State>

    private struct State {
        var params: JSONObject
        var ending: Ending?
        /// Whether nothing is lost when the call is let go.
        var isWaiting = false
        /// What runs for the call now; cancelled when the call is to end.
        var task: Task<Void, Never>?
        var runs: UInt64 = 0
        /// Told when the call is to end.
        var onEnding: (@Sendable () -> Void)?
        var isAnswered = false
        var isSilent = false
        /// Whether it falls silent once it only waits.
        var fallsSilent = false
    }

    init(
        id: JSON, method: String, params: JSONObject, serial: UInt64, outlet: any CallOutlet,
        context: (any Sendable)? = nil,
        onAnswer: @escaping @Sendable (Call, Result<JSON, RPCError>) -> Void = { _, _ in }
    ) {
        self.id = id
        self.method = method
        self.serial = serial
        self.outlet = outlet
        self.context = context
        self.onAnswer = onAnswer
        state = Mutex(State(params: params))
    }

    /// As the peer sent them, without what was forgotten.
    public var params: JSONObject { state.withLock { $0.params } }

    /// Lets go of a parameter that is needed no more, for a call that will wait for long.
    public func forget(_ name: String) { state.withLock { $0.params[name] = nil } }

    /// Why the call is to end; nil while it may go on. Its task is cancelled then: at once for a cancel, for
    /// one that is let go as soon as it only waits.
    public var ending: Ending? { state.withLock { $0.ending } }

    /// Answers a call of a `parked` method; a second answer is none.
    public func answer(_ outcome: Result<JSON, RPCError>) {
        let isFirst = state.withLock { state in
            defer { (state.isAnswered, state.onEnding) = (true, nil) }
            return !state.isAnswered
        }
        if isFirst { onAnswer(self, outcome) }
    }

    /// Sends a notification that belongs to this call; it goes out before the answer.
    ///
    /// Waits while the peer does not read, so a slow reader slows the call down and nothing piles up. A call that is to
    /// end waits no longer: its cancel must not wait for a reader.
    /// - Parameter merge: makes one of an earlier notification that has not gone out yet and this one.
    public func notify(_ method: String, _ params: JSON, merge: (JSON, JSON) -> JSON = { $1 }) async {
        if isSilent { return }
        outlet.update(serial, method: method, params: params, merge: merge)
        await outlet.room(for: serial) { self.ending != nil }
    }

    /// As `notify`, from where nothing may wait; for what supersedes what was said before, such as progress.
    public func notifyNow(_ method: String, _ params: JSON) {
        if isSilent { return }
        outlet.update(serial, method: method, params: params) { $1 }
    }

    /// Runs something for the call, as a task that is cancelled when the call is to end. One at a time: a call that is
    /// parked has none in between.
    public func run(_ body: @escaping @Sendable () async -> Void) {
        let task = state.withLock { state in
            state.runs += 1
            let run = state.runs
            let task = Task.detached { [self] in
                await body()
                self.state.withLock { if $0.runs == run { $0.task = nil } }
            }
            state.task = task
            return state.ending == .cancelled || state.ending != nil && state.isWaiting ? task : nil
        }
        task?.cancel()
    }

    /// - Parameter body: called once the call is to end, at once if it is already; in place of one given before. It
    ///   must not block.
    public func whenEnding(_ body: @escaping @Sendable () -> Void) {
        let isEnding = state.withLock { state in
            if !state.isAnswered { state.onEnding = body }
            return state.ending != nil
        }
        if isEnding { body() }
    }

    /// From here on the call only waits for others: when it is let go, it ends at once. Before, what it has begun
    /// (an upload, a submit) is brought to its end first.
    public func waits() {
        let task = state.withLock { state in
            state.isWaiting = true
            if state.fallsSilent { state.isSilent = true }
            return state.ending == nil ? nil : state.task
        }
        task?.cancel()
    }

    /// Nobody wants the answer any more.
    public func cancel() { end(.cancelled, atOnce: true) }

    /// Nobody will wait for the answer: what was begun is brought to its end first.
    public func letGo() { end(.letGo, atOnce: false) }

    /// Whether nothing is said for it any more, not even an answer.
    var isSilent: Bool { state.withLock { $0.isSilent } }

    func silence() { state.withLock { $0.isSilent = true } }

    /// Silences it as soon as it only waits.
    func silenceOnceWaiting() {
        state.withLock { state in
            state.fallsSilent = true
            if state.isWaiting { state.isSilent = true }
        }
    }

    func end(_ ending: Ending, atOnce: Bool) {
        let (task, onEnding) = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            return (atOnce || state.isWaiting ? state.task : nil, state.onEnding)
        }
        task?.cancel()
        outlet.letGo(serial)
        onEnding?()
    }
}
