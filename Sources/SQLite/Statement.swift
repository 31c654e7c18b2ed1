import CSQLite

/// A value to bind to a statement's parameter.
public enum SQLiteValue: Sendable, ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case null
    case int(Int64)
    case double(Double)
    case text(String)
    case blob([UInt8])

    public init(nilLiteral: ()) { self = .null }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(stringLiteral value: String) { self = .text(value) }

    /// A text, or null for nil.
    public static func optional(_ text: String?) -> SQLiteValue { text.map(SQLiteValue.text) ?? .null }
    public static func optional(_ value: Double?) -> SQLiteValue { value.map(SQLiteValue.double) ?? .null }
}

/// A prepared statement, standing on a row while a query maps it. Columns count from 0.
public final class Statement {
    private let raw: OpaquePointer
    private let sql: String

    init(_ raw: OpaquePointer, _ sql: String) {
        self.raw = raw
        self.sql = sql
    }

    deinit { sqlite3_finalize(raw) }

    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(raw, position)
            case .int(let value): code = sqlite3_bind_int64(raw, position, value)
            case .double(let value): code = sqlite3_bind_double(raw, position, value)
            case .text(let text): code = fb_sqlite3_bind_text(raw, position, text, Int32(clamping: text.utf8.count))
            case .blob(let bytes): code = fb_sqlite3_bind_blob(raw, position, bytes, Int32(clamping: bytes.count))
            }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    func reset() {
        sqlite3_reset(raw)
        sqlite3_clear_bindings(raw)
    }

    public func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }
    public func int(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }
    public func double(_ column: Int32) -> Double { sqlite3_column_double(raw, column) }
    public func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : double(column) }
    public func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    public func optionalText(_ column: Int32) -> String? {
        guard let text = sqlite3_column_text(raw, column) else { return nil }
        let count = Int(sqlite3_column_bytes(raw, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    public func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(raw, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(raw, column))))
    }

    private func failure(_ code: Int32) -> SQLiteError {
        let handle = sqlite3_db_handle(raw)
        return SQLiteError(
            code: handle.map { sqlite3_extended_errcode($0) } ?? code,
            message: handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code)),
            sql: sql
        )
    }
}
