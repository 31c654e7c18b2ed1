/// Calls back when a time has come: one thread for all that wait, however many they are.
///
/// A task that sleeps keeps its stack for as long as it does; what waits here is a closure.
public final class Timers: Sendable {
    /// For `cancel`.
    public struct Timer: Sendable {
        fileprivate let due: Instant
        fileprivate let number: UInt64
    }

    private struct Entry {
        let timer: Timer
        let body: @Sendable () -> Void

        func isLater(than other: Timer) -> Bool {
            (timer.due, timer.number) > (other.due, other.number)
        }
    }

    private struct State {
        /// The next one last.
        var entries: [Entry] = []
        var nextNumber: UInt64 = 1
        var hasThread = false

        /// Where `timer` belongs: behind those that are later.
        func place(of timer: Timer) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].isLater(than: timer) { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let state = Monitor(State())

    public static let shared = Timers()

    init() {}

    /// Calls `body` once, at `due` or soon after it, on the timers' own thread: it must not block.
    public func set(_ due: Instant, _ body: @escaping @Sendable () -> Void) -> Timer {
        let (timer, startsThread) = state.update { state in
            let timer = Timer(due: due, number: state.nextNumber)
            state.nextNumber += 1
            state.entries.insert(Entry(timer: timer, body: body), at: state.place(of: timer))
            defer { state.hasThread = true }
            return (timer, !state.hasThread)
        }
        if startsThread {
            do { try Thread.start { [self] in run() } } catch {
                // Another try with the next one; until then this one waits in a task.
                state.withLock { $0.hasThread = false }
                Task { [self] in
                    try? await sleep(seconds: due.seconds(since: .now))
                    if take(timer) { body() }
                }
            }
        }
        return timer
    }

    /// What has not been called is not called any more.
    public func cancel(_ timer: Timer) { _ = take(timer) }

    /// - Returns: whether it still waited.
    private func take(_ timer: Timer) -> Bool {
        state.withLock { state in
            let place = state.place(of: timer)
            guard place < state.entries.count, state.entries[place].timer.number == timer.number else { return false }
            state.entries.remove(at: place)
            return true
        }
    }

    private func run() {
        while true {
            // Until the next is due, or another has become the next.
            let next = state.wait { $0.entries.last?.timer }
            guard let next else { continue }
            _ = state.wait(until: next.due) { state in
                state.entries.last?.timer.number == next.number && Instant.now < next.due ? nil : true
            }
            let body: (@Sendable () -> Void)? = state.withLock { state in
                guard let last = state.entries.last, last.timer.due <= .now else { return nil }
                state.entries.removeLast()
                return last.body
            }
            body?()
        }
    }
}
