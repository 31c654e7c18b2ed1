import Platform
import SQLite

/// A look at a state folder's journal, without making or changing one.
public struct JournalCheck: Sendable {
    public let path: String
    /// Whether there is one: it is made by the first submit.
    public let exists: Bool
    public let bytes: Int64
    public let requests: Int
    /// In SQLite's words; none for a sound one.
    public let faults: [String]

    public init(folder: String) throws(JournalError) {
        path = Files.join(folder, JournalFile.name)
        guard Files.exists(path) else {
            (exists, bytes, requests, faults) = (false, 0, 0, [])
            return
        }
        exists = true
        bytes = (try? Files.status(path).size) ?? 0
        do throws(SQLiteError) {
            let database = try Database(lookingAt: path)
            guard try database.userVersion <= JournalFile.version else { throw JournalFile.newer }
            faults = try database.faults()
            // A file that no request has been written to has no tables yet.
            requests = faults.isEmpty && bytes > 0
                ? try database.query("SELECT count(*) FROM requests") { Int($0.int(0)) }.first ?? 0 : 0
        } catch {
            throw JournalError(error, path: path)
        }
    }
}
