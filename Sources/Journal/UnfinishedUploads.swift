import Platform
import SQLite

/// An upload in parts that was begun, and the parts that the storage has.
public struct UnfinishedUpload: Sendable, Equatable {
    /// How its place was given.
    public let route: String
    public let place: String
    public let fileURL: String
    public let uploadID: String?
    public let partSize: Int64
    /// By the number of the part.
    public var etags: [Int: String]

    public init(
        route: String, place: String, fileURL: String, uploadID: String?, partSize: Int64, etags: [Int: String] = [:]
    ) {
        self.route = route
        self.place = place
        self.fileURL = fileURL
        self.uploadID = uploadID
        self.partSize = partSize
        self.etags = etags
    }

    /// Seconds in which an upload may be taken up again: a place's signature does not last longer.
    private static let lifetime = 86_400.0

    static let tables = """
        CREATE TABLE IF NOT EXISTS unfinished_uploads (
            key TEXT PRIMARY KEY, owner TEXT NOT NULL, route TEXT NOT NULL, place TEXT NOT NULL, file_url TEXT NOT NULL,
            upload_id TEXT, part_size INTEGER NOT NULL, created REAL NOT NULL
        );
        CREATE TABLE IF NOT EXISTS upload_parts (
            key TEXT NOT NULL REFERENCES unfinished_uploads (key) ON DELETE CASCADE, number INTEGER NOT NULL,
            etag TEXT NOT NULL, PRIMARY KEY (key, number)
        );
        """

    static func clean(_ database: Database) throws(SQLiteError) {
        try database.run(
            "DELETE FROM unfinished_uploads WHERE created < ?", .double(Timestamp.now.seconds - lifetime)
        )
    }

    fileprivate static func find(_ key: String, _ database: Database) throws(SQLiteError) -> (Self, owner: String)? {
        let found = try database.query(
            """
            SELECT route, place, file_url, upload_id, part_size, owner FROM unfinished_uploads
            WHERE key = ? AND created > ?
            """,
            .text(key), .double(Timestamp.now.seconds - lifetime)
        ) { row in
            let upload = UnfinishedUpload(
                route: row.text(0), place: row.text(1), fileURL: row.text(2), uploadID: row.optionalText(3),
                partSize: row.int(4)
            )
            return (upload, owner: row.text(5))
        }
        guard let (found, owner) = found.first else { return nil }
        var upload = found
        let parts = try database.query("SELECT number, etag FROM upload_parts WHERE key = ?", .text(key)) {
            (Int($0.int(0)), $0.text(1))
        }
        for (number, etag) in parts { upload.etags[number] = etag }
        return (upload, owner)
    }
}

/// Uploads that are not finished. Each is one process's at a time.
extension Journal {
    /// Whose an unfinished upload is, when somebody asks for it.
    public enum Claim: Sendable, Equatable {
        /// There is none.
        case free
        /// Another process is at it.
        case taken
        /// The asker's from now on, as it was left.
        case yours(UnfinishedUpload)
    }

    /// - Parameter key: the file, this version of it, where it goes and as what.
    public func claimUpload(_ key: String) async throws(JournalError) -> Claim {
        try await use { database throws(SQLiteError) in
            guard let (upload, owner) = try UnfinishedUpload.find(key, database) else { return .free }
            guard owner == ProcessIdentity.current || !ProcessIdentity.isAlive(owner) else { return .taken }
            try database.run(
                "UPDATE unfinished_uploads SET owner = ? WHERE key = ?", .text(ProcessIdentity.current), .text(key)
            )
            return .yours(upload)
        }
    }

    /// Where another process is at the same upload, its entry stays, and ours is not kept: two that wrote down their
    /// parts together would each have the other's.
    public func beginUpload(_ key: String, _ upload: UnfinishedUpload) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            if let (_, owner) = try UnfinishedUpload.find(key, database), owner != ProcessIdentity.current,
                ProcessIdentity.isAlive(owner)
            {
                return
            }
            try database.run("DELETE FROM unfinished_uploads WHERE key = ?", .text(key))
            _ = try database.run(
                "INSERT INTO unfinished_uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?)", .text(key),
                .text(ProcessIdentity.current), .text(upload.route), .text(upload.place), .text(upload.fileURL),
                .optional(upload.uploadID), .int(upload.partSize), .double(Timestamp.now.seconds)
            )
        }
    }

    public func uploadedPart(_ key: String, _ number: Int, etag: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            // Nothing is kept of an upload that is forgotten by now, or another process's.
            _ = try database.run(
                """
                INSERT OR REPLACE INTO upload_parts SELECT key, ?2, ?3 FROM unfinished_uploads
                WHERE key = ?1 AND owner = ?4
                """,
                .text(key), .int(Int64(number)), .text(etag), .text(ProcessIdentity.current)
            )
        }
    }

    public func endUpload(_ key: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "DELETE FROM unfinished_uploads WHERE key = ? AND owner = ?", .text(key), .text(ProcessIdentity.current)
            )
        }
    }
}
