import JSON
import Platform

/// Everything that goes out, in order and within bounds.
///
/// Whoever has something to say appends a whole frame; whoever finds nobody writing writes. When the peer does
/// not read, a thread waits for room in its place, and two things keep the process from growing: the reader
/// takes no new message while more than `highWater` bytes wait (`waitForRoom`), and updates of one call are
/// merged into one until they go out.
final class Outbox: Sendable {
    /// Bytes that may wait before the reader stops and updates are merged.
    static let highWater = 1 << 20
    /// Bytes of a message from which on it is not copied where that can be helped.
    private static let movedBytes = 65_536

    private struct State: Sendable {
        var framing = Framing.lines
        /// Framed bytes that wait.
        var ready: [UInt8] = []
        /// Merged updates that wait, by call, in the order of their first.
        var updates: [(call: UInt64, method: String, params: JSON)] = []
        /// Handed to the thread by a writer that found no room: bytes, and how many of them are out.
        var stalled: (bytes: [UInt8], offset: Int)?
        /// Whether somebody writes; only they touch the descriptor.
        var isWriting = false
        var hasThread = false
        var isBroken = false
        /// Bytes in the hands of whoever writes.
        var inHand = 0
        /// Calls that wait for room to say more.
        var waiters: [(call: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        /// Calls for which nothing more is said.
        var muted: Set<UInt64> = []

        var backlog: Int { ready.count + inHand }
    }

    private let state: Monitor<State>
    private let output: Output
    private let tap: WireTap?
    private let onBroken: @Sendable (SystemError) -> Void

    /// - Parameter onBroken: called once, when nobody reads any more or nothing can be written.
    init(_ output: Output, tap: WireTap? = nil, onBroken: @escaping @Sendable (SystemError) -> Void) {
        self.output = output
        self.tap = tap
        self.onBroken = onBroken
        state = Monitor(State())
    }

    func setFraming(_ framing: Framing) { state.withLock { $0.framing = framing } }

    /// Appends a message; it goes out with the next `flush`, which may be another's.
    /// - Parameter calls: the calls that it answers: what they said before goes out before it.
    func append(_ message: consuming [UInt8], answering calls: [UInt64] = []) {
        var message = consume message
        state.withLock { state in
            guard !state.isBroken else { return }
            if !state.updates.isEmpty {
                for call in calls { Self.release(call, &state) }
            }
            if state.ready.isEmpty, message.count > Self.movedBytes {
                // Too large to be copied for a few bytes before or behind it.
                state.framing.frame(&message)
                swap(&state.ready, &message)
            } else {
                state.framing.write(message, to: &state.ready)
            }
        }
    }

    /// Says something on behalf of a call in flight. While much waits, it is merged with what the call said
    /// before and has not gone out.
    func update(_ call: UInt64, method: String, params: JSON, merge: (JSON, JSON) -> JSON) {
        state.withLock { state in
            guard !state.isBroken, !state.muted.contains(call) else { return }
            let waiting = state.updates.firstIndex { $0.call == call && $0.method == method }
            if let waiting {
                state.updates[waiting].params = merge(state.updates[waiting].params, params)
            } else if state.backlog > Self.highWater / 4 {
                state.updates.append((call, method, params))
            } else {
                state.framing.write(Message.notification(method: method, params: params).bytes, to: &state.ready)
            }
        }
        flush()
    }

    /// Says nothing more for a call, not even what waits already, until `forget`.
    func mute(_ call: UInt64) {
        state.withLock { state in
            state.muted.insert(call)
            state.updates.removeAll { $0.call == call }
        }
    }

    /// The call is over.
    func forget(_ call: UInt64) { state.withLock { _ = $0.muted.remove(call) } }

    private static func release(_ call: UInt64, _ state: inout State) {
        for update in state.updates where update.call == call {
            state.framing.write(
                Message.notification(method: update.method, params: update.params).bytes, to: &state.ready
            )
        }
        state.updates.removeAll { $0.call == call }
    }

    /// Writes what waits, as far as the peer takes it; the rest is left to the thread.
    func flush() {
        guard var batch = take() else { return }
        while true {
            let offset = write(batch, from: 0)
            if offset < batch.count {
                handOver(batch, offset)
                return
            }
            guard let next = take(after: batch) else { return }
            batch = next
        }
    }

    /// Takes all that waits and the right to write it; nil when there is nothing or somebody else writes.
    private func take() -> [UInt8]? {
        let batch: [UInt8]? = state.withLock { state in
            guard !state.isWriting, !state.isBroken else { return nil }
            return Self.takeReady(&state)
        }
        show(batch)
        return batch
    }

    /// Before the bytes go out, since what the peer says to them must not seem to come first. Only whoever has the
    /// right to write calls it, so the order is that of the wire.
    private func show(_ batch: [UInt8]?) {
        if let tap, let batch { batch.withUnsafeBytes { tap.take(.output, $0) } }
    }

    /// As `take`, by whoever has the right already, and gives it back when there is nothing left.
    private func take(after done: [UInt8]) -> [UInt8]? {
        let (next, waiters) = state.update { state in
            state.inHand = 0
            let next = Self.takeReady(&state)
            if next == nil {
                state.isWriting = false
                // The array that was written goes back, so that steady traffic allocates nothing.
                if state.ready.capacity == 0, done.capacity <= Self.highWater {
                    var empty = done
                    empty.removeAll(keepingCapacity: true)
                    state.ready = empty
                }
            }
            let waiters = state.backlog < Self.highWater / 4 ? state.waiters : []
            if !waiters.isEmpty { state.waiters = [] }
            return (next, waiters)
        }
        for waiter in waiters { waiter.continuation.resume() }
        show(next)
        return next
    }

    private static func takeReady(_ state: inout State) -> [UInt8]? {
        if state.ready.isEmpty, !state.updates.isEmpty {
            for update in state.updates {
                state.framing.write(
                    Message.notification(method: update.method, params: update.params).bytes, to: &state.ready
                )
            }
            state.updates = []
        }
        guard !state.ready.isEmpty else { return nil }
        var batch: [UInt8] = []
        swap(&batch, &state.ready)
        state.inHand = batch.count
        state.isWriting = true
        return batch
    }

    private func write(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBytes { bytes in
            var offset = start
            while offset < bytes.count {
                switch output.write(UnsafeRawBufferPointer(rebasing: bytes[offset...])) {
                case .bytes(let count): offset += count
                case .wouldBlock: return offset
                case .failed(let error):
                    fail(error)
                    return bytes.count
                }
            }
            return offset
        }
    }

    private func fail(_ error: SystemError) {
        let (isFirst, waiters) = state.update { state in
            defer {
                state.isBroken = true
                state.ready = []
                state.updates = []
                state.waiters = []
            }
            return (!state.isBroken, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume() }
        if isFirst {
            tap?.end(.output)
            onBroken(error)
        }
    }

    /// Leaves the right to write to the thread, which waits where nobody else may.
    private func handOver(_ bytes: [UInt8], _ offset: Int) {
        let mustStart = state.update { state in
            state.stalled = (bytes, offset)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard mustStart else { return }
        do {
            try Thread.start { [self] in
                while true {
                    let stalled = state.wait { state in
                        defer { state.stalled = nil }
                        return state.stalled
                    }
                    if let stalled { writeSlowly(stalled.bytes, stalled.offset) }
                }
            }
        } catch {
            // No thread to be had: better to wait here than to lose what was accepted.
            state.withLock { $0.hasThread = false }
            writeSlowly(bytes, offset)
        }
    }

    private func writeSlowly(_ bytes: [UInt8], _ start: Int) {
        var batch = bytes
        var offset = start
        while true {
            offset = write(batch, from: offset)
            if offset < batch.count {
                output.waitUntilWritable(milliseconds: -1)
                continue
            }
            guard let next = take(after: batch) else { return }
            batch = next
            offset = 0
        }
    }

    /// Sleeps until little enough waits for a new message to be read.
    func waitForRoom() {
        if state.withLock({ $0.backlog <= Self.highWater || $0.isBroken }) { return }
        flush()
        _ = state.wait { $0.backlog <= Self.highWater || $0.isBroken ? true : nil }
    }

    /// As `waitForRoom`, for a call that has more to say: it may hold a thing back, but not a thread.
    /// - Parameter isEnding: asked with the lock held. Once it says so, `letGo` is called.
    func room(for call: UInt64, unless isEnding: @Sendable () -> Bool) async {
        if state.withLock({ $0.backlog < Self.highWater / 4 || $0.isBroken }) { return }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.backlog < Self.highWater / 4 || state.isBroken || isEnding() { return true }
                state.waiters.append((call, continuation))
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Lets a call go on that waits for room.
    func letGo(_ call: UInt64) {
        let waiters = state.withLock { state in
            let waiters = state.waiters.filter { $0.call == call }
            if !waiters.isEmpty { state.waiters.removeAll { $0.call == call } }
            return waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Sleeps until everything is out, or until `deadline`.
    func drain(until deadline: Instant) {
        flush()
        _ = state.wait(until: deadline) { state in
            state.isBroken || (!state.isWriting && state.ready.isEmpty && state.updates.isEmpty) ? true : nil
        }
    }
}
