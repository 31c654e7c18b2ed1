import Synchronization

/// The answers to a batch, collected until the last is there.
final class Batch: Sendable {
    private struct State {
        var expected = 0
        var isOpen = true
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        var answered: [UInt64] = []
    }

    private let state = Mutex(State())

    /// One more answer will come.
    func expect() { state.withLock { $0.expected += 1 } }

    /// Adds an answer.
    /// - Returns: the whole batch's answer when it was the last, and the calls that it answers.
    func add(_ answer: [UInt8], call: UInt64?) -> (bytes: [UInt8], calls: [UInt64])? {
        state.withLock { state in
            if state.bytes.count > 1 { state.bytes.append(UInt8(ascii: ",")) }
            state.bytes.append(contentsOf: answer)
            if let call { state.answered.append(call) }
            state.expected -= 1
            return Self.whole(&state)
        }
    }

    /// An answer that was expected will not come.
    func drop() -> (bytes: [UInt8], calls: [UInt64])? {
        state.withLock { state in
            state.expected -= 1
            return Self.whole(&state)
        }
    }

    /// No more answers will be expected.
    func close() -> (bytes: [UInt8], calls: [UInt64])? {
        state.withLock { state in
            state.isOpen = false
            return Self.whole(&state)
        }
    }

    private static func whole(_ state: inout State) -> (bytes: [UInt8], calls: [UInt64])? {
        guard !state.isOpen, state.expected == 0, state.bytes.count > 1 else { return nil }
        state.bytes.append(UInt8(ascii: "]"))
        return (state.bytes, state.answered)
    }
}
