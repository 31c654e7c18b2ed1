import JSON
import Platform
import SQLite
import Synchronization

/// The queue's database. Every change is on the disk when its function returns.
final class Store: Sendable {
    /// The form of the tables; a file of a later form is left alone.
    private static let version = 1

    private let database: Mutex<Database>

    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    init(_ path: String) throws {
        let database = try Database(path: path)
        let found = try database.userVersion
        guard found <= Self.version else {
            throw Unusable(description: "\(path) was made by a newer version (form \(found), this program knows \(Self.version))")
        }
        if found < Self.version {
            try database.transaction { () throws(SQLiteError) in
                try database.execute(Self.tables)
                try database.execute("PRAGMA user_version = \(Self.version)")
            }
        }
        self.database = Mutex(database)
    }

    /// Runs `body` with the database to itself.
    func use<Result: Sendable>(_ body: (Database) throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try database.withLock { database throws(SQLiteError) in try body(database) }
    }

    private static let tables = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, serial INTEGER NOT NULL, endpoint TEXT NOT NULL, base TEXT NOT NULL, input TEXT NOT NULL,
            seed INTEGER NOT NULL, engine TEXT, is_low INTEGER NOT NULL, state TEXT NOT NULL, is_cancelled INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, start_by REAL, started REAL, finished REAL,
            status INTEGER, body TEXT, error TEXT, error_type TEXT, metrics TEXT
        );
        CREATE INDEX jobs_waiting ON jobs (state, is_low, serial);
        CREATE TABLE logs (
            job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, number INTEGER NOT NULL, timestamp TEXT NOT NULL,
            level TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (job, number)
        ) WITHOUT ROWID;
        CREATE TABLE files (
            path TEXT PRIMARY KEY, hash TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
            created REAL NOT NULL, expires REAL
        );
        CREATE INDEX files_by_hash ON files (hash);
        CREATE TABLE uploads (
            token TEXT PRIMARY KEY, path TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, lifetime REAL, created REAL NOT NULL
        );
        """
}
