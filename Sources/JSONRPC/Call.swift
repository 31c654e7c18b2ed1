import JSON
import Platform
import Synchronization

/// A call in flight, as its method sees it.
public final class Call: Sendable {
    /// Why a call is to end before it is done.
    public enum Ending: Sendable {
        /// The peer sent `$/cancelRequest`.
        case cancelled
        /// Nobody will wait for the answer: the input has ended, or the process is to end.
        case letGo
    }

    /// As the peer sent it.
    public let id: JSON
    public let method: String
    public let params: JSONObject

    /// Unlike the id, never the same twice.
    let serial: UInt64
    private let outbox: Outbox
    private let state = Mutex(State())

    private struct State {
        var ending: Ending?
        /// Whether nothing is lost when the call is let go.
        var isWaiting = false
        /// Set once the method runs; cancelled when the call is to end.
        var task: Task<Void, Never>?
    }

    init(id: JSON, method: String, params: JSONObject, serial: UInt64, outbox: Outbox) {
        self.id = id
        self.method = method
        self.params = params
        self.serial = serial
        self.outbox = outbox
    }

    /// Why the call is to end; nil while it may go on. Its task is cancelled then: at once for a cancel, for
    /// one that is let go as soon as it only waits.
    public var ending: Ending? { state.withLock { $0.ending } }

    /// Sends a notification that belongs to this call; it goes out before the answer.
    ///
    /// Waits while the peer does not read, so a slow reader slows the call down and nothing piles up.
    /// - Parameter merge: makes one of an earlier notification that has not gone out yet and this one.
    public func notify(_ method: String, _ params: JSON, merge: (JSON, JSON) -> JSON = { $1 }) async {
        outbox.update(serial, method: method, params: params, merge: merge)
        await outbox.room()
    }

    /// As `notify`, from where nothing may wait; for what supersedes what was said before, such as progress.
    public func notifyNow(_ method: String, _ params: JSON) {
        outbox.update(serial, method: method, params: params) { $1 }
    }

    func start(_ task: Task<Void, Never>) {
        let isEnding = state.withLock { state in
            state.task = task
            return state.ending == .cancelled
        }
        if isEnding { task.cancel() }
    }

    /// From here on the call only waits for others: when it is let go, it ends at once. Before, what it has begun
    /// (an upload, a submit) is brought to its end first.
    public func waits() {
        let task = state.withLock { state in
            state.isWaiting = true
            return state.ending == nil ? nil : state.task
        }
        task?.cancel()
    }

    func end(_ ending: Ending, atOnce: Bool) {
        let task = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            return atOnce || state.isWaiting ? state.task : nil
        }
        task?.cancel()
    }
}
