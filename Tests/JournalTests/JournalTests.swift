import Glibc
import Platform
import SQLite
import Testing

@testable import Journal

@Suite struct JournalTests {
    private func folder() throws -> String {
        let path = "/tmp/journal-\(Random.uuid())"
        try Files.makeDirectory(path)
        return path
    }

    @Test func aRequestFromItsIntentToItsEnd() async throws {
        let folder = try folder()
        let journal = Journal(folder: folder)
        let serial = try await journal.intend(endpoint: "a/b", backend: "fal")
        var entries = try await journal.entries(.init())
        #expect(entries.map(\.status) == ["UNKNOWN"])
        #expect(entries.first?.requestID == nil)
        try await journal.accepted(serial, requestID: "r-1", status: "IN_QUEUE")
        // Another process on the same folder.
        let other = Journal(folder: folder)
        #expect(try await other.entry("r-1")?.status == "IN_QUEUE")
        try await other.learned("r-1", status: "COMPLETED", error: "out of luck")
        // An answer that was on its way meanwhile.
        try await journal.learned("r-1", status: "IN_PROGRESS")
        entries = try await journal.entries(.init())
        #expect(entries.map(\.status) == ["COMPLETED"])
        #expect(entries.first?.error == "out of luck")
        #expect(try await journal.entry("r-2") == nil)
        #expect(try Files.mode(folder + "/journal.db") == 0o600)
    }

    @Test func manyAtOnceAreAllKept() async throws {
        let journal = Journal(folder: try folder())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    let serial = try? await journal.intend(endpoint: "a/b", backend: "fal")
                    if number % 10 == 0, let serial { try? await journal.forget(serial) }
                }
            }
        }
        var filter = Journal.Filter()
        filter.limit = 10_000
        let entries = try await journal.entries(filter)
        #expect(entries.count == 900)
        #expect(Set(entries.map(\.created)).count == 900)
        filter.limit = 10
        filter.before = entries[9].created
        #expect(try await journal.entries(filter).first?.serial == entries[10].serial)
    }

    @Test func whatIsOldGoesAndWhatIsNewerStays() async throws {
        let folder = try folder()
        _ = try await Journal(folder: folder).intend(endpoint: "a/old", backend: "fal")
        _ = try await Journal(folder: folder).intend(endpoint: "a/new", backend: "fal")
        do {
            let database = try Database(path: folder + "/journal.db")
            let month: Int64 = 31 * 86_400 * 1_000_000
            try database.run("UPDATE requests SET updated = updated - ? WHERE endpoint = 'a/old'", .int(month))
        }
        #expect(try await Journal(folder: folder).entries(.init()).map(\.endpoint) == ["a/new"])
    }

    @Test func whatCannotBeUsedIsSaid() async throws {
        let folder = try folder()
        try Files.write(Array("not a database, but long enough to be taken for one".utf8), to: folder + "/journal.db")
        await #expect(throws: JournalError.self) {
            _ = try await Journal(folder: folder).intend(endpoint: "a/b", backend: "fal")
        }
        let newer = try self.folder()
        do { try Database(path: newer + "/journal.db").execute("PRAGMA user_version = 99") }
        let error = await #expect(throws: JournalError.self) {
            _ = try await Journal(folder: newer).intend(endpoint: "a/b", backend: "fal")
        }
        #expect(error?.reason.contains("newer") == true)
    }

    @Test func whoAskedIsKeptAndCounted() async throws {
        let folder = try folder()
        let asker = Journal.Asker(text: #"{"tool":"x"}"#, hourlyLimit: 2)
        // The caller's own do not count.
        _ = try await Journal(folder: folder).intend(endpoint: "a/b", backend: "fal")
        for expected in [true, true, false] {
            let serial = try await Journal(folder: folder).intend(endpoint: "a/b", backend: "fal", asker: asker)
            #expect((serial != nil) == expected)
        }
        let entries = try await Journal(folder: folder).entries(.init())
        #expect(entries.map(\.askedBy) == [asker.text, asker.text, nil])
    }

    @Test func aJournalOfAnEarlierFormIsTakenUp() async throws {
        let folder = try folder()
        let serial = try await Journal(folder: folder).intend(endpoint: "a/b", backend: "fal")
        try await Journal(folder: folder).accepted(serial, requestID: "r-1", status: "IN_QUEUE")
        do {
            let database = try Database(path: folder + "/journal.db")
            try database.execute("ALTER TABLE requests DROP COLUMN asked_by")
            try database.execute("PRAGMA user_version = 2")
        }
        #expect(try await Journal(folder: folder).entry("r-1")?.status == "IN_QUEUE")
        let asker = Journal.Asker(text: "{}", hourlyLimit: nil)
        _ = try await Journal(folder: folder).intend(endpoint: "a/b", backend: "fal", asker: asker)
        #expect(try await Journal(folder: folder).entries(.init()).first?.askedBy == "{}")
    }
}
