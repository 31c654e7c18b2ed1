import Platform
import SQLite

/// Which bytes, as which file, in which storage: uploads that agree in this are one.
public struct UploadKey: Sendable, Hashable {
    /// Host and account.
    public let storage: String
    /// In bytes.
    public let size: Int64
    /// Type, lifetime, access and a name that was asked for, as one text.
    public let options: String

    public init(storage: String, size: Int64, options: String) {
        self.storage = storage
        self.size = size
        self.options = options
    }
}

/// A file that lies in a storage.
public struct UploadEntry: Sendable, Equatable {
    public let sha256: String
    public let url: String
    /// Seconds since 1970: when it was uploaded, and until when its URL may be given out again.
    public let created: Double
    public let until: Double

    public init(sha256: String, url: String, created: Double, until: Double) {
        self.sha256 = sha256
        self.url = url
        self.created = created
        self.until = until
    }

    static let tables = """
        CREATE TABLE IF NOT EXISTS uploads (
            storage TEXT NOT NULL, size INTEGER NOT NULL, options TEXT NOT NULL, sha256 TEXT NOT NULL,
            url TEXT NOT NULL, created REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (storage, size, options, sha256)
        );
        CREATE TABLE IF NOT EXISTS digests (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, seen REAL NOT NULL);
        """

    static func clean(_ database: Database, before time: Double) throws(SQLiteError) {
        try database.run("DELETE FROM uploads WHERE until < ?", .double(Timestamp.now.seconds))
        try database.run("DELETE FROM digests WHERE seen < ?", .double(time))
    }
}

/// Uploads that are finished.
extension Journal {
    /// Whether any upload of this size is known, so that it is worth the time to take a digest beforehand.
    public func mayHaveUpload(_ key: UploadKey) async throws(JournalError) -> Bool {
        try await use { database throws(SQLiteError) in
            try !database.query(
                "SELECT 1 FROM uploads WHERE storage = ? AND size = ? AND options = ? AND until > ? LIMIT 1",
                .text(key.storage), .int(key.size), .text(key.options), .double(Timestamp.now.seconds)
            ) { _ in true }.isEmpty
        }
    }

    public func upload(_ key: UploadKey, sha256: String) async throws(JournalError) -> UploadEntry? {
        try await use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT sha256, url, created, until FROM uploads
                WHERE storage = ? AND size = ? AND options = ? AND sha256 = ? AND until > ?
                """,
                .text(key.storage), .int(key.size), .text(key.options), .text(sha256), .double(Timestamp.now.seconds)
            ) { UploadEntry(sha256: $0.text(0), url: $0.text(1), created: $0.double(2), until: $0.double(3)) }.first
        }
    }

    public func uploaded(_ key: UploadKey, _ entry: UploadEntry) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", .text(key.storage), .int(key.size),
                .text(key.options), .text(entry.sha256), .text(entry.url), .double(entry.created), .double(entry.until)
            )
        }
    }

    public func forgetUpload(_ key: UploadKey, sha256: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "DELETE FROM uploads WHERE storage = ? AND size = ? AND options = ? AND sha256 = ?", .text(key.storage),
                .int(key.size), .text(key.options), .text(sha256)
            )
        }
    }

    /// The digest that a file had when it was last read.
    /// - Parameter file: what tells the file, and each version of it, from all others.
    public func digest(of file: String) async throws(JournalError) -> String? {
        try await use { database throws(SQLiteError) in
            try database.query("SELECT sha256 FROM digests WHERE file = ?", .text(file)) { $0.text(0) }.first
        }
    }

    public func remember(digest sha256: String, of file: String) async throws(JournalError) {
        try await use { database throws(SQLiteError) in
            _ = try database.run(
                "INSERT OR REPLACE INTO digests VALUES (?, ?, ?)", .text(file), .text(sha256),
                .double(Timestamp.now.seconds)
            )
        }
    }
}
