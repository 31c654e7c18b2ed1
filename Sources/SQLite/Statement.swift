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
    private let library: SQLiteLibrary

    init(_ raw: OpaquePointer, _ sql: String, _ library: SQLiteLibrary) {
        self.library = library
        self.raw = raw
        self.sql = sql
    }

    deinit { _ = library.finalize(raw) }

    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            let code: Int32
            switch value {
            case .null: code = library.bindNull(raw, position)
            case .int(let value): code = library.bindInt64(raw, position, value)
            case .double(let value): code = library.bindDouble(raw, position, value)
            case .text(let text):
                code = fb_sqlite3_bind_text(library.bindText, raw, position, text, Int32(clamping: text.utf8.count))
            case .blob(let bytes):
                code = fb_sqlite3_bind_blob(library.bindBlob, raw, position, bytes, Int32(clamping: bytes.count))
            }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    func step() throws(SQLiteError) -> Bool {
        switch library.step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    func reset() {
        _ = library.reset(raw)
        _ = library.clearBindings(raw)
    }

    public func isNull(_ column: Int32) -> Bool { library.columnType(raw, column) == SQLITE_NULL }
    public func int(_ column: Int32) -> Int64 { library.columnInt64(raw, column) }
    public func double(_ column: Int32) -> Double { library.columnDouble(raw, column) }
    public func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : double(column) }
    public func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    public func optionalText(_ column: Int32) -> String? {
        guard let text = library.columnText(raw, column) else { return nil }
        let count = Int(library.columnBytes(raw, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    public func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = library.columnBlob(raw, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(library.columnBytes(raw, column))))
    }

    private func failure(_ code: Int32) -> SQLiteError {
        let handle = library.databaseHandle(raw)
        return SQLiteError(
            code: handle.map { library.extendedErrorCode($0) } ?? code,
            message: String(cString: handle.map { library.errorMessage($0) } ?? library.errorString(code)),
            sql: sql
        )
    }
}
