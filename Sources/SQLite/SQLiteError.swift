import CSQLite

/// What SQLite refused, in its own code and words.
public struct SQLiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The extended result code; `code & 0xFF` is the primary one.
    public let code: Int32
    public let message: String
    /// The statement, without its bound values: they may be private.
    public let sql: String?

    public init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    public var primaryCode: Int32 { code & 0xFF }

    /// The disk is full.
    public var isFull: Bool { primaryCode == SQLITE_FULL }
    /// The file or its folder cannot be written.
    public var isReadOnly: Bool { primaryCode == SQLITE_READONLY || primaryCode == SQLITE_CANTOPEN }
    /// The file is no database, or a damaged one.
    public var isCorrupt: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    public var description: String { sql.map { "\(message) (\(code)) in: \($0)" } ?? "\(message) (\(code))" }
}
