import FalProtocol
import JSON

/// What a job plays in place of an engine's run: how long it waits and runs, what it logs, how it ends.
///
/// It is written down with its job, so that a restart plays the same.
public struct Script: Sendable {
    /// Seconds in the queue, and how many requests are said to be before it at their beginning.
    let queueSeconds: Double
    let queuePositions: Int
    /// Seconds of the run.
    let runSeconds: Double
    /// Written when the run begins.
    let logs: [LogLine]
    /// Progress lines, spread over the run.
    let steps: Int
    /// Runs that fail before the one that counts.
    let failingRuns: Int
    let end: End
    /// Seconds for which the result can be had.
    let lifetime: Double?
    let headers: JSONObject
    let metrics: JSONObject
    /// As it was given, and is written down.
    let json: JSON

    enum End: Sendable {
        case output(JSON)
        case text(String, type: String)
        case file(name: String, type: String, size: Int)
        case failure(Failure)
    }

    /// What is wrong with a script, in words for people.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The members of a script, as they stand in a faults file.
    public static let members: Set<String> = [
        "queue_seconds", "queue_positions", "run_seconds", "logs", "steps", "failing_runs", "output", "output_text",
        "output_type", "file", "fail", "expires", "headers", "metrics",
    ]

    private static let maxSeconds = 86_400.0
    private static let maxFileBytes: Int64 = 1 << 30
    /// The queue makes this many attempts altogether.
    static let maxRuns = 10

    public init(_ json: JSON) throws(Malformed) {
        self.json = json
        queueSeconds = try Self.number(json, "queue_seconds", 0...Self.maxSeconds) ?? 0
        queuePositions = Int(try Self.number(json, "queue_positions", 0...1e6) ?? 0)
        runSeconds = try Self.number(json, "run_seconds", 0...Self.maxSeconds) ?? 0
        steps = Int(try Self.number(json, "steps", 0...1_000) ?? 0)
        failingRuns = Int(try Self.number(json, "failing_runs", 0...Double(Self.maxRuns - 1)) ?? 0)
        lifetime = try Self.number(json, "expires", 0...1e9)
        headers = json["headers"]?.objectValue ?? [:]
        guard headers.allSatisfy({ $0.value.stringValue != nil }) else {
            throw Malformed(description: "\"headers\" holds texts")
        }
        metrics = json["metrics"]?.objectValue ?? [:]
        logs = try (json["logs"]?.arrayValue ?? []).map { line throws(Malformed) in
            if let text = line.stringValue { return LogLine(timestamp: "", level: "INFO", message: text) }
            guard let line = LogLine(line) else { throw Malformed(description: "a log line has a \"message\"") }
            return line
        }
        let ends = ["output", "output_text", "file", "fail"].filter { json[$0] != nil }
        guard ends.count <= 1 else {
            throw Malformed(description: "only one of \(ends.joined(separator: ", ")) can be the end")
        }
        end = try Self.end(json)
    }

    private static func end(_ json: JSON) throws(Malformed) -> End {
        if let text = json["output_text"] {
            guard let text = text.stringValue else { throw Malformed(description: "\"output_text\" is a text") }
            return .text(text, type: json["output_type"]?.stringValue ?? "text/plain")
        }
        if let file = json["file"] {
            guard let size = file["size"]?.intValue, (0...maxFileBytes).contains(size) else {
                throw Malformed(description: "\"file\" has a \"size\" of 0 to \(maxFileBytes)")
            }
            return .file(
                name: file["name"]?.stringValue ?? "output.mp4", type: file["type"]?.stringValue ?? "video/mp4",
                size: Int(size)
            )
        }
        guard let fail = json["fail"] else { return .output(json["output"] ?? ["ok": true]) }
        if let name = fail.stringValue {
            guard let failure = Failure.kind(name) else {
                throw Malformed(
                    description: "no failure is called \"\(name)\"; they are \(Failure.kinds.joined(separator: ", "))"
                )
            }
            return .failure(failure)
        }
        guard let status = fail["status"]?.intValue, (400...599).contains(status) else {
            throw Malformed(description: "\"fail\" is a name, or has a \"status\" of 400 to 599")
        }
        let error = fail["error"]?.stringValue ?? "Invalid status code: \(status)"
        return .failure(
            Failure(Int(status), fail["body"] ?? ["detail": .string(error)], error,
                fail["error_type"]?.stringValue ?? "internal_error")
        )
    }

    private static func number(
        _ json: JSON, _ name: String, _ range: ClosedRange<Double>
    ) throws(Malformed) -> Double? {
        guard let value = json[name] else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw Malformed(description: "\"\(name)\" is a number of \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The place in the queue that is told after so many seconds of waiting.
    func position(after seconds: Double) -> Int {
        guard queueSeconds > 0, queuePositions > 0 else { return 0 }
        let share = min(max(seconds / queueSeconds, 0), 1)
        return min(queuePositions, Int(Double(queuePositions + 1) * (1 - share)))
    }
}
