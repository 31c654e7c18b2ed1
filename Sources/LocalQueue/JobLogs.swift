import FalProtocol
import Platform
import SQLite

/// The log lines' rows.
extension Store {
    /// Log lines of one job, and bytes of one line, at most.
    private static let maxLogLines = 2_000
    private static let maxLogBytes = 2_000

    func log(_ job: String, level: String, _ message: String) throws(SQLiteError) {
        try log(job, [(level, message)])
    }

    func log(_ job: String, _ lines: [(level: String, message: String)]) throws(SQLiteError) {
        guard !lines.isEmpty else { return }
        defer { changes.note(job) }
        try useUnhurried { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                for line in lines {
                    try database.run(
                        """
                        INSERT INTO logs SELECT ?1, n, ?2, ?3, ?4 FROM
                        (SELECT coalesce(max(number), 0) + 1 AS n FROM logs WHERE job = ?1)
                        WHERE n <= \(Self.maxLogLines)
                        """,
                        .text(job), .text(Timestamp.now.iso8601(zone: "")), .text(line.level),
                        .text(String(decoding: line.message.utf8.prefix(Self.maxLogBytes), as: UTF8.self))
                    )
                }
            }
        }
    }

    /// - Parameter count: how many lines from the beginning are left out.
    func logs(_ job: String, after count: Int = 0) throws(SQLiteError) -> [LogLine] {
        try use { database throws(SQLiteError) in
            try database.query(
                "SELECT timestamp, level, message FROM logs WHERE job = ? AND number > ? ORDER BY number",
                .text(job), .int(Int64(count))
            ) {
                LogLine(timestamp: $0.text(0), level: $0.text(1), message: $0.text(2), source: "USER")
            }
        }
    }
}
