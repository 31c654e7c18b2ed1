import JSON

/// The first line of a recording: what was recorded, and how it was started.
public struct RecordingHead: Sendable, Equatable {
    /// Of the form of the file.
    public static let version = 1

    public var program: String
    public var programVersion: String
    /// When it began, as ISO 8601.
    public var started: String
    /// As they were written, without secrets.
    public var arguments: [String]
    /// Variables that it was set up by, without secrets.
    public var environment: [String: String]
    /// Whether there was a key.
    public var hasKey: Bool

    public init(
        program: String, programVersion: String, started: String, arguments: [String], environment: [String: String],
        hasKey: Bool
    ) {
        self.program = program
        self.programVersion = programVersion
        self.started = started
        self.arguments = arguments
        self.environment = environment
        self.hasKey = hasKey
    }

    public var json: JSON {
        var variables = JSONObject()
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { variables[name] = .string(value) }
        return [
            "recording": .int(Int64(Self.version)), "program": .string(program), "version": .string(programVersion),
            "started": .string(started), "arguments": .array(arguments.map(JSON.string)),
            "environment": .object(variables), "key": .bool(hasKey),
        ]
    }

    /// - Throws: in words, where it is no head that this program can read.
    init(_ json: JSON) throws(Recording.Unusable) {
        guard let version = json["recording"]?.intValue else { throw .init("line 1: no recording") }
        guard version == Self.version else {
            throw .init("line 1: a recording of form \(version), and this program reads form \(Self.version)")
        }
        guard let program = json["program"]?.stringValue, let programVersion = json["version"]?.stringValue,
            let arguments = json["arguments"]?.arrayValue
        else { throw .init("line 1: a recording without program, version or arguments") }
        self.program = program
        self.programVersion = programVersion
        started = json["started"]?.stringValue ?? ""
        self.arguments = arguments.compactMap(\.stringValue)
        environment = [:]
        for member in json["environment"]?.objectValue ?? [:] { environment[member.key] = member.value.stringValue }
        hasKey = json["key"] == true
    }
}
