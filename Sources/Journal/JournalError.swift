import SQLite

/// Why the journal could not be read or written.
public struct JournalError: Error, Sendable, CustomStringConvertible {
    /// The journal's file.
    public let path: String
    public let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    init(_ error: SQLiteError, path: String) {
        self.path = path
        reason = switch error {
        case _ where error.isFull: "the disk is full"
        case _ where error.isReadOnly: "the file or its folder cannot be written"
        case _ where error.isCorrupt: "the file is damaged, or no journal"
        default: error.message
        }
    }

    public var description: String { "the journal \(path): \(reason)" }
}
