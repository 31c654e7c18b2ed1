import Glibc
import JSON
import Platform
import SQLite
import Synchronization

/// The queue's database. Every change is on the disk when its function returns.
final class Store: Sendable {
    /// The form of the tables; a file of a later form is left alone.
    private static let version = 1

    private let database: Mutex<Database>
    let changes = Changes()
    /// Jobs that failed without room on the disk to say so: at most as many as ran since, as no job is taken meanwhile.
    let unwritten = Mutex<[String: (failure: Failure, metrics: JSON)]>([:])

    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    init(_ path: String) throws {
        // Looked at before SQLite opens it, which may already write to it.
        if let found = Self.formInHeader(of: path), found > Self.version { throw Self.newer(path, found) }
        let database = try Database(path: path)
        let found = try database.userVersion
        guard found <= Self.version else { throw Self.newer(path, found) }
        if found < Self.version {
            try database.transaction { () throws(SQLiteError) in
                try database.execute(Self.tables)
                try database.execute("PRAGMA user_version = \(Self.version)")
            }
        }
        self.database = Mutex(database)
    }

    private static func newer(_ path: String, _ found: Int) -> Unusable {
        Unusable(description: "\(path) was made by a newer version (form \(found), this program knows \(version))")
    }

    /// The `user_version` in a database file's header, four bytes at 60; nil where there is no such file.
    private static func formInHeader(of path: String) -> Int? {
        var header = [UInt8](repeating: 0, count: 100)
        guard let file = try? Descriptor.open(path, 0), pread(file.raw, &header, header.count, 0) == header.count else {
            return nil
        }
        return header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Runs `body` with the database to itself.
    func use<Result: Sendable>(_ body: (Database) throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try database.withLock { database throws(SQLiteError) in try body(database) }
    }

    private static let tables = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, serial INTEGER NOT NULL, endpoint TEXT NOT NULL, base TEXT NOT NULL,
            input TEXT NOT NULL, seed INTEGER NOT NULL, engine TEXT, is_low INTEGER NOT NULL, state TEXT NOT NULL,
            is_cancelled INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL,
            start_by REAL, started REAL, finished REAL,
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
            token TEXT PRIMARY KEY, path TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, lifetime REAL,
            created REAL NOT NULL
        );
        """
}
