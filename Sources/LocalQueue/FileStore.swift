import FalProtocol
import Glibc
import JSON
import Platform
import SQLite
import Synchronization

/// A file that is served: where, what, and by which name.
public struct StoredFile: Sendable {
    /// The path of its URL: `/files/…`.
    public let path: String
    /// Its content type.
    public let type: String
    /// What it is called, for people.
    public let name: String
    /// Bytes.
    public let size: Int64
    /// SHA-256 of its bytes, in hexadecimal.
    public let hash: String
    /// What strangers see of it.
    public let access: Access
    /// Where its bytes are on this machine.
    public let location: String

    /// fal's File, as it stands in an output: with the path in place of a URL.
    var output: JSON {
        [
            "url": .string(path), "content_type": .string(type), "file_name": .string(name), "file_size": .int(size),
        ]
    }
}

/// Files by the hash of their content: the same bytes lie on the disk once, under as many names as were given.
public final class FileStore: Sendable {
    /// Seconds that an upload is kept when it does not say.
    public static let uploadLifetime = 7.0 * 86_400
    /// Seconds that an output is kept.
    public static let outputLifetime = 30.0 * 86_400
    /// Bytes of one file.
    public static let maxBytes: Int64 = 4 << 30

    let folder: String
    let store: Store
    /// Held while blobs come to or go from their places, so that none is removed that was just named anew.
    let placing = Mutex(())

    init(folder: String, store: Store) throws(SystemError) {
        self.folder = folder
        self.store = store
        try Files.makeDirectory(folder)
        // What was being written when the last process ended.
        for name in try Files.list(folder) where name.hasSuffix(".part") { try Files.remove(Files.join(folder, name)) }
    }

    /// A file to write to; `commit` makes it one of the store's.
    public func begin() throws(SystemError) -> IncomingFile { try IncomingFile(folder: folder) }

    /// Makes what was written a file of the store, by the name and lifetime of its place.
    @discardableResult
    public func commit(_ file: IncomingFile, to place: UploadPlace) throws -> StoredFile {
        try commit(
            file, path: place.path, name: place.name, type: place.type, lifetime: place.lifetime, access: place.access
        )
    }

    /// Makes what was written a file of the store, by a name of its own.
    public func commit(_ file: IncomingFile, name: String, type: String, _ lifecycle: Lifecycle) throws -> StoredFile {
        try commit(
            file, path: Self.path(for: name), name: name, type: type,
            lifetime: lifecycle.lifetime ?? Self.uploadLifetime, access: lifecycle.access
        )
    }

    /// Makes what a job wrote a file of the store.
    func commitOutput(_ file: IncomingFile, name: String, type: String, _ lifecycle: Lifecycle) throws -> StoredFile {
        try commit(
            file, path: Self.path(for: name), name: name, type: type,
            lifetime: lifecycle.lifetime ?? Self.outputLifetime, access: lifecycle.access
        )
    }

    /// - Parameter lifetime: seconds; infinite for ever.
    private func commit(
        _ file: IncomingFile, path: String, name: String, type: String, lifetime: Double, access: Access
    ) throws -> StoredFile {
        let (hash, size) = try file.finish()
        let location = location(hash)
        try placing.withLock { _ in
            try Files.makeDirectory(Files.parent(of: location))
            if Files.exists(location) { try Files.remove(file.path) } else { try Files.rename(file.path, to: location) }
            let now = Timestamp.now.seconds
            try store.use { database throws(SQLiteError) in
                _ = try database.run(
                    """
                    INSERT OR REPLACE INTO files (path, hash, type, name, size, created, expires, access)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, .text(path), .text(hash), .text(type), .text(name), .int(size), .double(now),
                    .double(now + lifetime), .text(access.rawValue)
                )
            }
        }
        return StoredFile(
            path: path, type: type, name: name, size: size, hash: hash, access: access, location: location
        )
    }

    /// The file of a URL's path; nil for none, or one whose time is over.
    public func file(_ path: String) throws(SQLiteError) -> StoredFile? {
        try store.use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT hash, type, name, size, access FROM files
                WHERE path = ? AND (expires IS NULL OR expires > ?)
                """, .text(path), .double(Timestamp.now.seconds)
            ) {
                StoredFile(
                    path: path, type: $0.text(1), name: $0.text(2), size: $0.int(3), hash: $0.text(0),
                    access: $0.optionalText(4).flatMap(Access.init) ?? .allow, location: location($0.text(0))
                )
            }.first
        }
    }

    /// Removes what has expired, and bytes that no name leads to.
    public func clean() throws {
        let now = Timestamp.now.seconds
        try cleanPlaces()
        try placing.withLock { _ in
            let kept: Set<String> = try store.use { database throws(SQLiteError) in
                try database.transaction { () throws(SQLiteError) in
                    try database.run("DELETE FROM files WHERE expires <= ?", .double(now))
                    return Set(try database.query("SELECT DISTINCT hash FROM files") { $0.text(0) })
                }
            }
            for part in try Files.list(folder) where part.utf8.count == 2 {
                for hash in try Files.list(Files.join(folder, part)) where !kept.contains(hash) {
                    try Files.remove(Files.join(folder, "\(part)/\(hash)"))
                }
            }
        }
    }

    private func location(_ hash: String) -> String { Files.join(folder, "\(hash.prefix(2))/\(hash)") }

    /// A path that nobody can guess, with the name at its end for people.
    static func path(for name: String) -> String {
        let safe = name.unicodeScalars.map { scalar -> Character in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || scalar == "." || scalar == "-" || scalar == "_" ? Character(scalar) : "_"
        }
        let id = Random.uuid().split(separator: "-").joined()
        return "/files/b/\(id.prefix(8))/\(id.dropFirst(8))_\(String(safe.suffix(100)))"
    }
}

/// A file that comes in: written beside the others, hashed on the way.
///
/// `@unchecked Sendable`: it has one writer at a time, the request or the job that brings it.
public final class IncomingFile: @unchecked Sendable {
    /// Where it is written, until it has its place.
    public let path: String
    private let file: Descriptor
    private let sum: SHA256
    private var size: Int64 = 0
    private var isFinished = false

    init(folder: String) throws(SystemError) {
        path = Files.join(folder, "\(Random.uuid()).part")
        do { sum = try SHA256() } catch { throw SystemError(code: ENOSYS, operation: error.description) }
        file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL)
    }

    deinit { if !isFinished { unlink(path) } }

    /// - Throws: `EFBIG` over the store's limit, or what the disk says.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        size += Int64(bytes.count)
        guard size <= FileStore.maxBytes else { throw SystemError(code: EFBIG, operation: "write", path: path) }
        try file.write(bytes)
        sum.update(bytes)
    }

    func finish() throws(SystemError) -> (hash: String, size: Int64) {
        try file.synchronize()
        isFinished = true
        return (sum.finish(), size)
    }
}
