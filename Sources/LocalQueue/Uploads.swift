import Glibc
import Platform
import SQLite

/// A place that was made for an upload.
public struct UploadPlace: Sendable {
    /// What the right to upload to it is shown by.
    public let token: String
    /// The path of the file's URL, once it is there.
    public let path: String
    /// The content type that was announced.
    public let type: String
    /// Whether it takes parts, or the whole at once.
    public let hasParts: Bool
    let name: String
    /// Seconds; infinite for ever.
    let lifetime: Double
    let access: Access
}

/// Why parts do not make a file, in words for people.
public struct PartsRefused: Error, Sendable, CustomStringConvertible {
    /// Which part, and what it lacks.
    public let description: String
}

/// Places for uploads, and the parts of those that come in parts. Both survive a restart.
extension FileStore {
    /// Parts of one upload.
    public static let maxParts = 10_000
    /// Bytes of every part but the last, at least.
    public static let minPartBytes: Int64 = 5 << 20
    /// Seconds in which an upload must follow its place, and all parts theirs.
    private static let placeLifetime = 3_600.0
    private static let partsLifetime = 86_400.0

    private var partsFolder: String { Files.join(folder, "parts") }

    /// Makes a place for an upload that is to follow.
    public func makePlace(
        name: String, type: String, _ lifecycle: Lifecycle, hasParts: Bool = false
    ) throws(SQLiteError) -> UploadPlace {
        let place = UploadPlace(
            token: Random.uuid(), path: Self.path(for: name), type: type, hasParts: hasParts, name: name,
            lifetime: lifecycle.lifetime ?? Self.uploadLifetime, access: lifecycle.access
        )
        _ = try store.use { database throws(SQLiteError) in
            try database.run(
                """
                INSERT INTO uploads (token, path, type, name, lifetime, created, access, has_parts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """, .text(place.token), .text(place.path), .text(type), .text(name), .double(place.lifetime),
                .double(Timestamp.now.seconds), .text(place.access.rawValue), .int(hasParts ? 1 : 0)
            )
        }
        return place
    }

    /// The place of a token; nil for none, or one whose time is over.
    public func place(token: String) throws(SQLiteError) -> UploadPlace? {
        let now = Timestamp.now.seconds
        return try store.use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT path, type, name, coalesce(lifetime, ?), access, has_parts FROM uploads WHERE token = ?
                AND created > CASE WHEN has_parts THEN ? ELSE ? END
                """, .double(Self.uploadLifetime), .text(token), .double(now - Self.partsLifetime),
                .double(now - Self.placeLifetime)
            ) {
                UploadPlace(
                    token: token, path: $0.text(0), type: $0.text(1), hasParts: $0.int(5) != 0, name: $0.text(2),
                    lifetime: $0.double(3), access: $0.optionalText(4).flatMap(Access.init) ?? .allow
                )
            }.first
        }
    }

    // MARK: Parts

    /// Keeps a part; one that came before by the same number is replaced.
    /// - Returns: its etag, with the quotes that belong to it.
    public func commit(_ file: IncomingFile, part number: Int, of place: UploadPlace) throws -> String {
        let (hash, size) = try file.finish()
        let etag = "\"\(hash.prefix(32))\""
        // One part at a time, so that what lies there is what its row says.
        try placing.withLock { _ in
            do {
                let others = try store.use { database throws(SQLiteError) in
                    try database.query(
                        "SELECT coalesce(sum(size), 0) FROM upload_parts WHERE token = ? AND number <> ?",
                        .text(place.token), .int(Int64(number))
                    ) { $0.int(0) }.first ?? 0
                }
                guard others <= Self.maxBytes - size else { throw SystemError(code: EFBIG, operation: "write") }
                try Files.makeDirectory(partsFolder)
            } catch {
                try? Files.remove(file.path)
                throw error
            }
            try Files.rename(file.path, to: part(number, of: place.token))
            try store.use { database throws(SQLiteError) in
                _ = try database.run(
                    "INSERT OR REPLACE INTO upload_parts VALUES (?, ?, ?, ?)", .text(place.token),
                    .int(Int64(number)), .text(etag), .int(size)
                )
            }
        }
        return etag
    }

    /// Makes the parts one file of the store. Asked again after it was done, it says so again.
    /// - Parameters:
    ///   - parts: in any order.
    ///   - minBytes: of every part but the last.
    public func complete(
        _ place: UploadPlace, _ parts: [(number: Int64, etag: String)], minBytes: Int64
    ) throws -> StoredFile {
        let known = try store.use { database throws(SQLiteError) in
            try database.query(
                "SELECT number, etag, size FROM upload_parts WHERE token = ? ORDER BY number", .text(place.token)
            ) { (number: $0.int(0), etag: $0.text(1), size: $0.int(2)) }
        }
        if known.isEmpty, let file = try file(place.path) { return file }
        let wanted = parts.sorted { $0.number < $1.number }
        guard !wanted.isEmpty else { throw PartsRefused(description: "no parts are given") }
        let file = try begin()
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        for (index, part) in wanted.enumerated() {
            let number = part.number
            guard number == Int64(index) + 1 else {
                throw PartsRefused(description: "part \(index + 1) is missing, or one is given twice")
            }
            guard let found = known.first(where: { $0.number == number }) else {
                throw PartsRefused(description: "part \(number) has not been uploaded")
            }
            guard Self.bare(part.etag) == Self.bare(found.etag) else {
                throw PartsRefused(description: "the etag of part \(number) is another")
            }
            guard found.size >= minBytes || index == wanted.count - 1 else {
                throw PartsRefused(description: "part \(number) is smaller than \(minBytes) bytes and not the last")
            }
            let source = try Descriptor.open(self.part(Int(clamping: number), of: place.token), O_RDONLY)
            while true {
                let count = try source.read(into: chunk)
                if count == 0 { break }
                try file.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            }
        }
        let stored = try commit(file, to: place)
        _ = try store.use { database throws(SQLiteError) in
            try database.run("DELETE FROM upload_parts WHERE token = ?", .text(place.token))
        }
        for part in known { try? Files.remove(self.part(Int(clamping: part.number), of: place.token)) }
        return stored
    }

    private func part(_ number: Int, of token: String) -> String { Files.join(partsFolder, "\(token).\(number)") }

    /// An etag without the quotes that some leave out.
    private static func bare(_ etag: String) -> Substring {
        var text = etag[...]
        if text.hasPrefix("\"") { text = text.dropFirst() }
        if text.hasSuffix("\"") { text = text.dropLast() }
        return text
    }

    /// Removes places whose time is over, and the parts that belong to none.
    func cleanPlaces() throws {
        let now = Timestamp.now.seconds
        let kept: Set<String> = try store.use { database throws(SQLiteError) in
            try database.run(
                "DELETE FROM uploads WHERE created < CASE WHEN has_parts THEN ? ELSE ? END",
                .double(now - Self.partsLifetime), .double(now - Self.placeLifetime)
            )
            return Set(try database.query("SELECT token FROM uploads WHERE has_parts") { $0.text(0) })
        }
        guard Files.exists(partsFolder) else { return }
        for name in try Files.list(partsFolder) where !kept.contains(String(name.prefix { $0 != "." })) {
            try Files.remove(Files.join(partsFolder, name))
        }
    }
}
