import Glibc
import Synchronization

/// What the program says of itself, on stderr, one line a message.
public enum Log {
    public enum Level: Int, Sendable, CaseIterable, Comparable {
        case error, warning, info, debug, trace

        public init?(name: String) {
            guard let level = Level.allCases.first(where: { "\($0)" == name }) else { return nil }
            self = level
        }

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public enum Format: String, Sendable { case text, json }

    private static let settings = Mutex<(level: Level, format: Format, name: String)>((.warning, .text, ""))

    /// A line is cut here: what others sent us may be in it.
    private static let maxBytes = 4_096

    public static func configure(name: String, level: Level, format: Format) {
        settings.withLock { $0 = (level, format, name) }
    }

    public static func error(_ message: @autoclosure () -> String) { write(.error, message) }
    public static func warning(_ message: @autoclosure () -> String) { write(.warning, message) }
    public static func info(_ message: @autoclosure () -> String) { write(.info, message) }
    public static func debug(_ message: @autoclosure () -> String) { write(.debug, message) }

    private static func write(_ level: Level, _ message: () -> String) {
        let (limit, format, name) = settings.withLock { $0 }
        guard level <= limit else { return }
        let text = String(decoding: message().utf8.prefix(maxBytes).map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
        let line: String
        switch format {
        case .text: line = "\(name): \(level): \(text)\n"
        case .json:
            let escaped = text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) }
            let time = Timestamp.now.iso8601()
            line = #"{"time":"\#(time)","level":"\#(level)","program":"\#(name)","message":"\#(escaped)"}"# + "\n"
        }
        Array(line.utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }
}
