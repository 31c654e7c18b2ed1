/// Wakes the one who waits, at a ring or when a time is over. A ring that nobody waits for is kept.
final class Alarm: Sendable {
    private let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (rings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func ring() { continuation.yield() }

    /// - Parameter seconds: after which it returns in any case; nil for never.
    func wait(seconds: Double?) async {
        let timer = seconds.map { seconds in
            Task {
                try await Task.sleep(for: .seconds(min(max(seconds, 0), 86_400)))
                ring()
            }
        }
        defer { timer?.cancel() }
        var iterator = rings.makeAsyncIterator()
        _ = await iterator.next()
    }
}
