import JSON

/// One line that a model wrote while it ran.
public struct LogLine: Sendable, Hashable {
    /// ISO 8601 as it came; fal leaves the zone out and means UTC.
    public let timestamp: String
    /// `STDERR`, `STDOUT`, `ERROR`, `INFO`, `WARN` or `DEBUG`.
    public let level: String
    public let message: String
    public let source: String?

    public init(timestamp: String, level: String, message: String, source: String? = nil) {
        self.timestamp = timestamp
        self.level = level
        self.message = message
        self.source = source
    }

    /// Reads an entry of any of fal's forms; only `message` must be there, and the level may stand in `labels`.
    public init?(_ json: JSON) {
        guard let message = json["message"]?.stringValue else { return nil }
        self.init(
            timestamp: json["timestamp"]?.stringValue ?? "",
            level: json["level"]?.stringValue ?? json["labels"]?["level"]?.stringValue ?? "INFO",
            message: message,
            source: json["source"]?.stringValue
        )
    }

    /// The contract's form: `{timestamp, level, message, source?}`.
    public var json: JSON {
        var object: JSONObject = ["timestamp": .string(timestamp), "level": .string(level), "message": .string(message)]
        if let source { object["source"] = .string(source) }
        return .object(object)
    }

    /// The form that satisfies all of fal's readers, the level in both places.
    public var wire: JSON {
        [
            "timestamp": .string(timestamp), "message": .string(message), "level": .string(level),
            "source": .string(source ?? "USER"), "labels": ["level": .string(level)],
        ]
    }
}
