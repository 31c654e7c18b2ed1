/// Sleeps for `seconds`, wherever that number comes from: what is negative counts as 0, what is absurd as a century.
/// - Throws: when the task is cancelled.
public func sleep(seconds: Double) async throws {
    try await Task.sleep(for: .seconds(seconds.boundedSeconds))
}

extension Double {
    /// Seconds that can be counted with: from 0 to a century.
    public var boundedSeconds: Double {
        let century = 3_155_760_000.0
        return isFinite ? Swift.min(Swift.max(self, 0), century) : century
    }
}
