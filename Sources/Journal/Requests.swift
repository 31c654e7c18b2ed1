import Platform
import SQLite

/// One request that was sent to a queue, or may have been.
public struct RequestEntry: Sendable {
    /// The word in place of a queue's state while it is not known whether the queue has the request.
    public static let unknown = "UNKNOWN"

    public let serial: Int64
    /// Nil while no answer of the queue is known.
    public let requestID: String?
    public let endpoint: String
    /// `fal`, `local` or `proxy`.
    public let backend: String
    /// `IN_QUEUE`, `IN_PROGRESS`, `COMPLETED`, or `unknown`.
    public let status: String
    /// Why it failed, or why its outcome is unknown.
    public let error: String?
    /// Microseconds since 1970; no two entries have the same `created`.
    public let created: Int64
    public let updated: Int64
    /// On whose behalf it was sent, as JSON; nil for the caller itself.
    public let askedBy: String?

    static let table = """
        CREATE TABLE requests (
            serial INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT, endpoint TEXT NOT NULL, backend TEXT NOT NULL,
            status TEXT NOT NULL, error TEXT, created INTEGER NOT NULL UNIQUE, updated INTEGER NOT NULL
        );
        CREATE INDEX requests_by_id ON requests (request_id);
        CREATE INDEX requests_by_update ON requests (updated);
        """

    /// What the second form of the table has not.
    static let askedBy = "ALTER TABLE requests ADD COLUMN asked_by TEXT;"

    static let columns = "serial, request_id, endpoint, backend, status, error, created, updated, asked_by"

    init(_ row: Statement) {
        serial = row.int(0)
        requestID = row.optionalText(1)
        endpoint = row.text(2)
        backend = row.text(3)
        status = row.text(4)
        error = row.optionalText(5)
        created = row.int(6)
        updated = row.int(7)
        askedBy = row.optionalText(8)
    }
}

/// The requests' life: the intent before the submit leaves, the id before it is told, every state as it is learned.
extension Journal {
    /// On whose behalf a request is sent, where that is not the caller itself.
    public struct Asker: Sendable {
        /// JSON, kept with the entry.
        public let text: String
        /// Requests of all askers together within an hour; nil for no limit.
        public let hourlyLimit: Int?

        public init(text: String, hourlyLimit: Int?) {
            self.text = text
            self.hourlyLimit = hourlyLimit
        }
    }

    /// Writes down that a request is about to be sent.
    /// - Returns: the entry's number, for `accepted`, `forget` or `lost`.
    public func intend(endpoint: String, backend: String) async throws(JournalError) -> Int64 {
        // Without an asker there is no limit.
        try await intend(endpoint: endpoint, backend: backend, asker: nil) ?? 0
    }

    /// As `intend`, on somebody's behalf.
    /// - Returns: nil when the hour's limit is reached, and nothing was written.
    public func intend(endpoint: String, backend: String, asker: Asker?) async throws(JournalError) -> Int64? {
        try await use { database throws(SQLiteError) in
            let now = Self.now
            if let limit = asker?.hourlyLimit {
                // Counted and written in one transaction: two processes at once make no exception.
                let recent = try database.query(
                    "SELECT count(*) FROM requests WHERE asked_by IS NOT NULL AND created > ?",
                    .int(now - 3_600_000_000)
                ) { $0.int(0) }.first ?? 0
                guard recent < Int64(limit) else { return nil }
            }
            // Two in the same microsecond would be one to `before`.
            try database.run(
                """
                INSERT INTO requests (endpoint, backend, status, error, created, updated, asked_by)
                SELECT ?1, ?2, ?3, 'the submit was not answered', max(?4, coalesce(max(created) + 1, 0)), ?4, ?5
                FROM requests
                """,
                .text(endpoint), .text(backend), .text(RequestEntry.unknown), .int(now), .optional(asker?.text)
            )
            return database.lastInsertedRow
        }
    }

    /// The queue has taken the request.
    public func accepted(_ serial: Int64, requestID: String, status: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "UPDATE requests SET request_id = ?, status = ?, error = NULL, updated = ? WHERE serial = ?",
                .text(requestID), .text(status), .int(Self.now), .int(serial)
            )
        }
    }

    /// It is certain that the queue has not taken the request.
    public func forget(_ serial: Int64) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run("DELETE FROM requests WHERE serial = ?", .int(serial))
        }
    }

    /// Nobody knows whether the queue has taken the request.
    public func lost(_ serial: Int64, reason: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "UPDATE requests SET error = ?, updated = ? WHERE serial = ?", .text(reason), .int(Self.now),
                .int(serial)
            )
        }
    }

    /// The queue said something of a request. What is completed stays so, and a known error is kept.
    public func learned(_ requestID: String, status: String, error: String? = nil) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                """
                UPDATE requests SET status = ?2, error = coalesce(?3, error), updated = ?4
                WHERE request_id = ?1 AND (status <> 'COMPLETED' OR ?2 = 'COMPLETED')
                AND (status <> ?2 OR ?3 IS NOT NULL)
                """,
                .text(requestID), .text(status), .optional(error), .int(Self.now)
            )
        }
    }

    /// The queue was asked to cancel the request, and took it; what becomes of it is learned later, if at all.
    public func cancelling(_ requestID: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                """
                UPDATE requests SET error = 'a cancel was asked for', updated = ?2
                WHERE request_id = ?1 AND status <> 'COMPLETED'
                """,
                .text(requestID), .int(Self.now)
            )
        }
    }

    /// The newest entry of a request; nil where it is not known here.
    public func entry(_ requestID: String) async throws(JournalError) -> RequestEntry? {
        try await use { database throws(SQLiteError) in
            try database.query(
                "SELECT \(RequestEntry.columns) FROM requests WHERE request_id = ? ORDER BY serial DESC LIMIT 1",
                .text(requestID)
            ) { RequestEntry($0) }.first
        }
    }

    /// Which entries are wanted.
    public struct Filter: Sendable {
        public var status: String?
        public var endpoint: String?
        /// Only entries created before, in microseconds since 1970.
        public var before: Int64?
        public var limit = 50

        public init() {}
    }

    /// The entries that fit, newest first.
    public func entries(_ filter: Filter) async throws(JournalError) -> [RequestEntry] {
        try await use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT \(RequestEntry.columns) FROM requests WHERE (?1 IS NULL OR status = ?1)
                AND (?2 IS NULL OR endpoint = ?2) AND created < ?3 ORDER BY created DESC LIMIT ?4
                """,
                .optional(filter.status), .optional(filter.endpoint), .int(filter.before ?? .max),
                .int(Int64(filter.limit))
            ) { RequestEntry($0) }
        }
    }

    /// Microseconds since 1970.
    static var now: Int64 { Int64(Timestamp.now.seconds * 1_000_000) }
}
