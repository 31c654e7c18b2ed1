import JSON
import Synchronization

/// The answers to a batch, collected until the last is there.
final class Batch: Sendable {
    /// A batch's answer, whole.
    struct Answer {
        let bytes: [UInt8]
        /// The calls that it answers.
        var calls: [UInt64] = []
        /// The ids that it answers, which were taken until now.
        var ids: [CallID] = []
    }

    private struct State {
        var expected = 0
        var isOpen = true
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        var calls: [UInt64] = []
        var ids: [CallID] = []
    }

    /// Bytes of answers past which no further call is begun. What has begun is answered, whatever its size.
    static let maxAnswers = 8 << 20

    private let state = Mutex(State())

    var isFull: Bool { state.withLock { $0.bytes.count >= Self.maxAnswers } }

    /// One more answer will come.
    func expect() { state.withLock { $0.expected += 1 } }

    /// Adds an answer.
    /// - Returns: the whole batch's answer when it was the last.
    func add(_ answer: [UInt8], call: UInt64?, id: CallID?) -> Answer? {
        state.withLock { state in
            if state.bytes.count > 1 { state.bytes.append(UInt8(ascii: ",")) }
            if answer.count > 65_536 { state.bytes.reserveCapacity(state.bytes.count + answer.count + 1_024) }
            state.bytes.append(contentsOf: answer)
            if let call { state.calls.append(call) }
            if let id { state.ids.append(id) }
            state.expected -= 1
            return Self.whole(&state)
        }
    }

    /// An answer that was expected will not come.
    func drop() -> Answer? {
        state.withLock { state in
            state.expected -= 1
            return Self.whole(&state)
        }
    }

    /// No more answers will be expected.
    func close() -> Answer? {
        state.withLock { state in
            state.isOpen = false
            return Self.whole(&state)
        }
    }

    private static func whole(_ state: inout State) -> Answer? {
        guard !state.isOpen, state.expected == 0, state.bytes.count > 1 else { return nil }
        state.bytes.append(UInt8(ascii: "]"))
        return Answer(bytes: state.bytes, calls: state.calls, ids: state.ids)
    }
}
