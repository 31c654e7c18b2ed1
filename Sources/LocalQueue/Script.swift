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

    /// What is wrong with a script.
    public typealias Malformed = MemberReader.Malformed

    /// The members of a script, as they stand in a faults file.
    public static let members: Set<String> = [
        "queue_seconds", "queue_positions", "run_seconds", "logs", "steps", "failing_runs", "output", "output_text",
        "output_type", "file", "fail", "expires", "headers", "metrics",
    ]

    private static let maxSeconds = 86_400.0
    private static let maxFileBytes: Int64 = 1 << 30
    /// The queue makes this many attempts altogether.
    static let maxRuns = 10

    /// - Parameter json: as it stands in a faults file.
    public init(_ json: JSON) throws(Malformed) {
        var reader = try MemberReader(json, in: "a job")
        self.json = json
        queueSeconds = try reader.number("queue_seconds", 0...Self.maxSeconds) ?? 0
        queuePositions = try reader.whole("queue_positions", 0...1_000_000) ?? 0
        runSeconds = try reader.number("run_seconds", 0...Self.maxSeconds) ?? 0
        steps = try reader.whole("steps", 0...1_000) ?? 0
        failingRuns = try reader.whole("failing_runs", 0...Int64(Self.maxRuns - 1)) ?? 0
        lifetime = try reader.number("expires", 0...1e9)
        headers = try reader.texts("headers")
        metrics = try reader.object("metrics")
        logs = try reader.array("logs").map(Self.line)
        let ends = ["output", "output_text", "file", "fail"].filter { json[$0] != nil }
        guard ends.count <= 1 else { throw Malformed("only one of \(ends.joined(separator: ", ")) can be the end") }
        end = try Self.end(&reader)
        try reader.end()
    }

    private static func line(_ json: JSON) throws(Malformed) -> LogLine {
        if let text = json.stringValue { return LogLine(timestamp: "", level: "INFO", message: text) }
        var reader = try MemberReader(json, in: "a log line")
        guard let message = try reader.text("message") else { throw Malformed("a log line has a \"message\"") }
        let level = try reader.text("level") ?? "INFO"
        try reader.end()
        return LogLine(timestamp: "", level: level, message: message)
    }

    private static func end(_ reader: inout MemberReader) throws(Malformed) -> End {
        let type = try reader.text("output_type")
        if let text = try reader.text("output_text") { return .text(text, type: type ?? "text/plain") }
        if let file = reader.value("file") { return try self.file(file) }
        let output = reader.value("output")
        guard let fail = reader.value("fail") else { return .output(output ?? ["ok": true]) }
        return .failure(try failure(fail))
    }

    private static func file(_ json: JSON) throws(Malformed) -> End {
        var reader = try MemberReader(json, in: "\"file\"")
        guard let size = try reader.whole("size", 0...maxFileBytes) else { throw Malformed("\"file\" has a \"size\"") }
        let name = try reader.text("name") ?? "output.mp4"
        let type = try reader.text("type") ?? "video/mp4"
        try reader.end()
        return .file(name: name, type: type, size: size)
    }

    private static func failure(_ json: JSON) throws(Malformed) -> Failure {
        if let name = json.stringValue {
            guard let failure = Failure.kind(name) else {
                throw Malformed("no failure is called \"\(name)\"; they are \(Failure.kinds.joined(separator: ", "))")
            }
            return failure
        }
        var reader = try MemberReader(json, in: "\"fail\", which is no name,")
        guard let status = try reader.whole("status", 400...599) else {
            throw Malformed("\"fail\" is a name, or has a \"status\"")
        }
        let error = try reader.text("error") ?? "Invalid status code: \(status)"
        let body = reader.value("body") ?? ["detail": .string(error)]
        let type = try reader.text("error_type") ?? "internal_error"
        try reader.end()
        return Failure(status, body, error, type)
    }

    /// The place in the queue that is told after so many seconds of waiting.
    func position(after seconds: Double) -> Int {
        guard queueSeconds > 0, queuePositions > 0 else { return 0 }
        let share = min(max(seconds / queueSeconds, 0), 1)
        return min(queuePositions, Int(Double(queuePositions + 1) * (1 - share)))
    }
}
