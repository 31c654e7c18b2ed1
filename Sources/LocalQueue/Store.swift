import Glibc
import JSON
import Platform
import SQLite
import Synchronization

/// The queue's database. Every change is on the disk when its function returns, but for log lines and the mark of a
/// job that begins: a power cut may take the last of these back.
final class Store: Sendable {
    /// The form of the tables; a file of a later form is left alone.
    private static let version = Forms.steps.count

    private let database: Mutex<Database>
    let changes = Changes()
    /// Jobs that failed without room on the disk to say so: at most as many as ran since, as no job is taken meanwhile.
    let unwritten = Mutex<[String: Ending]>([:])
    /// Rings when a job that a time was set for comes, and when a job ends.
    let deadlines = Alarm()
    let endings = Alarm()

    /// Seconds after which what the disk refused is tried again, and the time of that.
    static let retryDelay = 2.0
    static var nextTry: Double { Timestamp.now.seconds + retryDelay }

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
                for step in Forms.steps[max(found, 0)...] { try database.execute(step) }
                try database.execute("PRAGMA user_version = \(Self.version)")
            }
        }
        self.database = Mutex(database)
    }

    /// Runs `body` with the database to itself, without waiting for the disk. What it writes is kept by the next change
    /// that does wait, and by the kernel when the process is killed.
    func useUnhurried<Result: Sendable>(
        _ body: (Database) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try use { database throws(SQLiteError) in
            try database.execute("PRAGMA synchronous = NORMAL")
            let result: Result
            do throws(SQLiteError) { result = try body(database) } catch {
                try database.execute("PRAGMA synchronous = FULL")
                throw error
            }
            try database.execute("PRAGMA synchronous = FULL")
            return result
        }
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
}
