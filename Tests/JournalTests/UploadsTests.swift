import Platform
import SQLite
import Testing

@testable import Journal

@Suite struct UploadsTests {
    private let key = UploadKey(storage: "s", size: 3, options: "{}")
    private let unfinished = UnfinishedUpload(route: "initiate", place: "p", fileURL: "f", uploadID: nil, partSize: 10)

    private func folder() throws -> String {
        let path = try Files.resolve("/tmp") + "/journal-\(Random.uuid())"
        try Files.makeDirectory(path)
        return path
    }

    @Test func anUploadIsKnownWhileItIsGood() async throws {
        let journal = Journal(folder: try folder())
        let now = Timestamp.now.seconds
        let entry = UploadEntry(sha256: "aa", url: "u", created: now, until: now + 100)
        #expect(try await !journal.mayHaveUpload(key))
        try await journal.uploaded(key, entry)
        #expect(try await journal.mayHaveUpload(key))
        #expect(try await journal.upload(key, sha256: "aa") == entry)
        #expect(try await journal.upload(key, sha256: "bb") == nil)
        for other in [UploadKey(storage: "t", size: 3, options: "{}"),
            UploadKey(storage: "s", size: 3, options: "{1}")] {
            #expect(try await journal.upload(other, sha256: "aa") == nil)
        }
        try await journal.uploaded(key, UploadEntry(sha256: "aa", url: "v", created: now, until: now - 1))
        #expect(try await journal.upload(key, sha256: "aa") == nil)
        try await journal.uploaded(key, entry)
        try await journal.forgetUpload(key, sha256: "aa")
        #expect(try await !journal.mayHaveUpload(key))
    }

    @Test func digests() async throws {
        let journal = Journal(folder: try folder())
        #expect(try await journal.digest(of: "f") == nil)
        try await journal.remember(digest: "aa", of: "f")
        try await journal.remember(digest: "bb", of: "f")
        #expect(try await journal.digest(of: "f") == "bb")
    }

    @Test func partsAreThereForTheNext() async throws {
        let folder = try folder()
        let journal = Journal(folder: folder)
        #expect(try await journal.claimUpload("k") == .free)
        try await journal.beginUpload("k", unfinished)
        try await journal.uploadedPart("k", 2, etag: "\"b\"")
        try await journal.uploadedPart("k", 1, etag: "a")
        var left = unfinished
        left.etags = [1: "a", 2: "\"b\""]
        #expect(try await Journal(folder: folder).claimUpload("k") == .yours(left))
        try await journal.endUpload("k")
        // A part that comes late belongs to nothing.
        try await journal.uploadedPart("k", 3, etag: "c")
        #expect(try await journal.claimUpload("k") == .free)
        try await journal.beginUpload("k", unfinished)
        #expect(try await journal.claimUpload("k") == .yours(unfinished))
    }

    @Test func aLivingProcessKeepsItsOwn() async throws {
        let folder = try folder()
        let journal = Journal(folder: folder)
        try await journal.beginUpload("k", unfinished)
        func give(to owner: String) async throws {
            try await journal.use { database throws(SQLiteError) in
                _ = try database.run("UPDATE unfinished_uploads SET owner = ?", .text(owner))
            }
        }
        // The parent of every process, and one that is gone.
        try await give(to: "1:\(try #require(startOfInit))")
        #expect(try await journal.claimUpload("k") == .taken)
        try await give(to: "1:1234567890123")
        #expect(try await journal.claimUpload("k") == .yours(unfinished))
    }

    @Test func twoProcessesDoNotMixTheirParts() async throws {
        let journal = Journal(folder: try folder())
        try await journal.beginUpload("k", unfinished)
        let owner = "1:\(try #require(startOfInit))"
        try await journal.use { database throws(SQLiteError) in
            _ = try database.run("UPDATE unfinished_uploads SET owner = ?", .text(owner))
        }
        // We began too, a moment later: the other's entry stays as it is.
        try await journal.beginUpload("k", UnfinishedUpload(
            route: "initiate", place: "ours", fileURL: "f", uploadID: nil, partSize: 10
        ))
        try await journal.uploadedPart("k", 1, etag: "ours")
        try await journal.endUpload("k")
        try await journal.use { database throws(SQLiteError) in
            _ = try database.run("UPDATE unfinished_uploads SET owner = '1:1'")
        }
        #expect(try await journal.claimUpload("k") == .yours(unfinished))
    }

    private var startOfInit: String? {
        guard let bytes = try? Files.read("/proc/1/stat", limit: 65_536) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: ")").last?.split(separator: " ").dropFirst(19).first.map(String.init)
    }
}
