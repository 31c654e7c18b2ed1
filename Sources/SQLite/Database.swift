import CSQLite

/// A connection to one SQLite database, with its prepared statements kept.
///
/// Not `Sendable`: it belongs to whoever made it; share it behind a lock.
public final class Database {
    private let library: SQLiteLibrary
    private var handle: OpaquePointer?
    private var statements: [String: Statement] = [:]

    /// Statements kept prepared at most; past it all are dropped and made anew as they are used.
    private static let maxStatements = 64

    /// Opens or creates the database at `path`, in WAL mode, with commits synced to the disk.
    /// - Parameter busyTimeout: seconds to wait for another process's lock before `SQLITE_BUSY`.
    public init(path: String, busyTimeout: Double = 10) throws(SQLiteError) {
        library = try SQLiteLibrary.shared()
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = library.open(path, &handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = failure(code, nil)
            _ = library.close(handle)
            throw error
        }
        _ = library.extendedResultCodes(handle, 1)
        _ = library.busyTimeout(handle, Int32(min(max(busyTimeout, 0), 3600) * 1000))
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = FULL")
        try execute("PRAGMA foreign_keys = ON")
    }

    /// Opens a database that is there already, to look at and not to change.
    public init(lookingAt path: String, busyTimeout: Double = 10) throws(SQLiteError) {
        library = try SQLiteLibrary.shared()
        let code = library.open(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK else {
            let error = failure(code, nil)
            _ = library.close(handle)
            throw error
        }
        _ = library.extendedResultCodes(handle, 1)
        _ = library.busyTimeout(handle, Int32(min(max(busyTimeout, 0), 3600) * 1000))
    }

    /// Of SQLite, as it is installed here.
    public static var libraryVersion: String {
        get throws(SQLiteError) { String(cString: try SQLiteLibrary.shared().version()) }
    }

    /// What SQLite finds wrong with the file, in its own words; at most so many faults. None for a sound one.
    public func faults(limit: Int = 10) throws(SQLiteError) -> [String] {
        try query("PRAGMA integrity_check(\(max(1, limit)))") { $0.text(0) }.filter { $0 != "ok" }
    }

    deinit {
        statements.removeAll()
        _ = library.close(handle)
    }

    /// Runs statements separated by semicolons, without values.
    public func execute(_ sql: String) throws(SQLiteError) {
        let code = library.exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    /// Runs one statement to its end.
    /// - Returns: the number of rows that it changed.
    @discardableResult
    public func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> Int {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
        return Int(library.changes(handle))
    }

    /// Runs one query and maps each of its rows.
    public func query<Row>(_ sql: String, _ values: SQLiteValue..., row: (Statement) -> Row) throws(SQLiteError)
        -> [Row]
    {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var rows: [Row] = []
        while try statement.step() { rows.append(row(statement)) }
        return rows
    }

    /// Runs `body` in a transaction that takes the write lock at once; a throw rolls it back.
    @discardableResult
    public func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            _ = library.exec(handle, "ROLLBACK", nil, nil, nil)
            throw error
        }
    }

    /// The row id of the last insert on this connection.
    public var lastInsertedRow: Int64 { library.lastInsertRowID(handle) }

    /// `PRAGMA user_version`: which form of the schema the file has; 0 for a new file.
    public var userVersion: Int {
        get throws(SQLiteError) { try query("PRAGMA user_version") { Int($0.int(0)) }.first ?? 0 }
    }

    private func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        if let statement = statements[sql] { return statement }
        var raw: OpaquePointer?
        let code = library.prepare(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &raw, nil)
        guard code == SQLITE_OK, let raw else { throw failure(code, sql) }
        if statements.count >= Self.maxStatements { statements.removeAll() }
        let statement = Statement(raw, sql, library)
        statements[sql] = statement
        return statement
    }

    private func failure(_ code: Int32, _ sql: String?) -> SQLiteError {
        let extended = handle.map { library.extendedErrorCode($0) } ?? code
        return SQLiteError(
            code: extended == SQLITE_OK ? code : extended,
            message: String(cString: handle.map { library.errorMessage($0) } ?? library.errorString(code)),
            sql: sql
        )
    }
}
