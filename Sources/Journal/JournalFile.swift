import Glibc
import Platform
import SQLite

/// The journal's file: its form, and what goes out of it.
enum JournalFile {
    /// The form of the tables; a file of a later form is left alone.
    static let version = 3
    static let name = "journal.db"
    static let newer = SQLiteError(code: 1, message: "it was made by a newer version of this program")

    /// Opens or makes the journal, readable by its owner alone.
    static func open(_ path: String) throws(JournalError) -> Database {
        do throws(SystemError) {
            try Files.makeDirectory(Files.parent(of: path))
            // SQLite would make it with the rights that the umask leaves.
            _ = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
        } catch {
            throw JournalError(path: path, reason: error.reason)
        }
        do throws(SQLiteError) {
            let database = try Database(path: path)
            guard try database.userVersion <= version else {
                throw newer
            }
            try database.transaction { () throws(SQLiteError) in
                // Looked at once more: another process may have been quicker.
                let found = try database.userVersion
                guard found < version else { return }
                if found < 1 { try database.execute(RequestEntry.table) }
                if found < 2 { try database.execute(UploadEntry.tables + UnfinishedUpload.tables) }
                if found < 3 { try database.execute(RequestEntry.askedBy) }
                try database.execute("PRAGMA user_version = \(version)")
            }
            return database
        } catch {
            throw JournalError(error, path: path)
        }
    }

    /// Forgets what was last touched before `time`, in seconds since 1970.
    static func clean(_ database: Database, before time: Double) throws(SQLiteError) {
        try database.run("DELETE FROM requests WHERE updated < ?", .int(Int64(time * 1_000_000)))
        try UploadEntry.clean(database, before: time)
        try UnfinishedUpload.clean(database)
    }
}
