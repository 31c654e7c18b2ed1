import CSQLite
import Platform

/// libsqlite3's functions, opened with the first database: a start that needs none does not pay for it.
///
/// `@unchecked Sendable`: function addresses, which never change.
final class SQLiteLibrary: @unchecked Sendable {
    typealias Handle = OpaquePointer

    let open: @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Handle?>, CInt, UnsafePointer<CChar>?) -> CInt
    let close: @convention(c) (Handle?) -> CInt
    let extendedResultCodes: @convention(c) (Handle?, CInt) -> CInt
    let busyTimeout: @convention(c) (Handle?, CInt) -> CInt
    let exec: @convention(c) (
        Handle?, UnsafePointer<CChar>, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
    ) -> CInt
    let changes: @convention(c) (Handle?) -> CInt
    let lastInsertRowID: @convention(c) (Handle?) -> Int64
    let extendedErrorCode: @convention(c) (Handle) -> CInt
    let errorMessage: @convention(c) (Handle) -> UnsafePointer<CChar>
    let errorString: @convention(c) (CInt) -> UnsafePointer<CChar>
    let version: @convention(c) () -> UnsafePointer<CChar>

    let prepare: @convention(c) (
        Handle?, UnsafePointer<CChar>, CInt, CUnsignedInt, UnsafeMutablePointer<Handle?>, UnsafeMutableRawPointer?
    ) -> CInt
    let finalize: @convention(c) (Handle) -> CInt
    let step: @convention(c) (Handle) -> CInt
    let reset: @convention(c) (Handle) -> CInt
    let clearBindings: @convention(c) (Handle) -> CInt
    let databaseHandle: @convention(c) (Handle) -> Handle?
    let bindNull: @convention(c) (Handle, CInt) -> CInt
    let bindInt64: @convention(c) (Handle, CInt, Int64) -> CInt
    let bindDouble: @convention(c) (Handle, CInt, Double) -> CInt
    /// For the shim's functions of these names.
    let bindText, bindBlob: UnsafeMutableRawPointer
    let columnType: @convention(c) (Handle, CInt) -> CInt
    let columnInt64: @convention(c) (Handle, CInt) -> Int64
    let columnDouble: @convention(c) (Handle, CInt) -> Double
    let columnText: @convention(c) (Handle, CInt) -> UnsafePointer<UInt8>?
    let columnBlob: @convention(c) (Handle, CInt) -> UnsafeRawPointer?
    let columnBytes: @convention(c) (Handle, CInt) -> CInt

    private static let opened = Result { () throws(DynamicLibrary.NotFound) -> SQLiteLibrary in try SQLiteLibrary() }

    static func shared() throws(SQLiteError) -> SQLiteLibrary {
        do { return try opened.get() } catch {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "libsqlite3 is not installed: \(error.description)")
        }
    }

    private init() throws(DynamicLibrary.NotFound) {
        let library = try DynamicLibrary("libsqlite3.so.0", "libsqlite3.so")
        open = try library.function("sqlite3_open_v2")
        close = try library.function("sqlite3_close_v2")
        extendedResultCodes = try library.function("sqlite3_extended_result_codes")
        busyTimeout = try library.function("sqlite3_busy_timeout")
        exec = try library.function("sqlite3_exec")
        changes = try library.function("sqlite3_changes")
        lastInsertRowID = try library.function("sqlite3_last_insert_rowid")
        extendedErrorCode = try library.function("sqlite3_extended_errcode")
        errorMessage = try library.function("sqlite3_errmsg")
        errorString = try library.function("sqlite3_errstr")
        version = try library.function("sqlite3_libversion")
        prepare = try library.function("sqlite3_prepare_v3")
        finalize = try library.function("sqlite3_finalize")
        step = try library.function("sqlite3_step")
        reset = try library.function("sqlite3_reset")
        clearBindings = try library.function("sqlite3_clear_bindings")
        databaseHandle = try library.function("sqlite3_db_handle")
        bindNull = try library.function("sqlite3_bind_null")
        bindInt64 = try library.function("sqlite3_bind_int64")
        bindDouble = try library.function("sqlite3_bind_double")
        bindText = try library.function("sqlite3_bind_text")
        bindBlob = try library.function("sqlite3_bind_blob")
        columnType = try library.function("sqlite3_column_type")
        columnInt64 = try library.function("sqlite3_column_int64")
        columnDouble = try library.function("sqlite3_column_double")
        columnText = try library.function("sqlite3_column_text")
        columnBlob = try library.function("sqlite3_column_blob")
        columnBytes = try library.function("sqlite3_column_bytes")
    }
}

/// The version of the libsqlite3 that is there, as it says it; nil where there is none.
public var libraryVersion: String? { (try? SQLiteLibrary.shared()).map { String(cString: $0.version()) } }
