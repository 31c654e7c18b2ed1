import FalProtocol

/// Which log lines of a request were told, so that each is told once, however often and in whatever pieces the
/// queue sends it.
///
/// Polling brings the whole log each time; a stream brings only what is new, and a stream that is opened again
/// may begin anew. Nothing in the protocol numbers the lines, so they are known by what is in them, and how often.
struct LogLedger: Sendable {
    private var told: [Int: Int] = [:]
    private var toldCount = 0
    /// Lines told that a stream which is open now may send again.
    private var replay: [Int: Int] = [:]

    /// Lines remembered; a line beyond them that a stream opened again repeats is told twice.
    private static let maxRemembered = 200_000

    /// The lines of a whole log that were not told yet.
    mutating func whole(_ lines: [LogLine]) -> [LogLine] {
        // The usual case: the log is what it was.
        if lines.count == toldCount, lines.last.map({ told[$0.hashValue] != nil }) ?? true { return [] }
        guard toldCount < Self.maxRemembered else {
            // A log beyond all measure is known by its length alone.
            let new = Array(lines.dropFirst(toldCount))
            toldCount += new.count
            return new
        }
        var known = told
        return lines.filter { line in
            let key = line.hashValue
            if let count = known[key], count > 0 {
                known[key] = count - 1
                return false
            }
            tell(key)
            return true
        }
    }

    /// A stream is opened: what was told may come again.
    mutating func beginStream() { replay = told }

    /// The lines of a stream's event that were not told yet.
    mutating func delta(_ lines: [LogLine]) -> [LogLine] {
        lines.filter { line in
            let key = line.hashValue
            if let count = replay[key], count > 0 {
                replay[key] = count - 1
                return false
            }
            // What is told anew comes first; from here on a line like an earlier one is another.
            replay = [:]
            tell(key)
            return true
        }
    }

    private mutating func tell(_ key: Int) {
        defer { toldCount += 1 }
        guard toldCount < Self.maxRemembered else { return }
        told[key, default: 0] += 1
    }
}
