import Platform
import Testing

@testable import LocalQueue

struct FileStoreTests {
    private let folder: Folder
    private let store: Store
    private let files: FileStore

    init() throws {
        folder = try Folder()
        store = try Store(folder.file("queue.db"))
        files = try FileStore(folder: folder.file("files"), store: store)
    }

    private func put(_ text: String, name: String = "a.txt", lifetime: String = "60") throws -> StoredFile {
        let incoming = try files.begin()
        for byte in text.utf8 { try [byte].withUnsafeBytes { try incoming.write($0) } }
        let lifecycle = Lifecycle("{\"expiration_duration_seconds\":\(lifetime)}")
        return try files.commit(incoming, name: name, type: "text/plain", lifecycle)
    }

    private func blobs() throws -> [String] {
        try Files.list(folder.file("files")).flatMap { try Files.list(folder.file("files/\($0)")) }
    }

    @Test func theSameBytesAreKeptOnce() throws {
        let first = try put("hello")
        let second = try put("hello")
        #expect(first.path != second.path && first.location == second.location && first.size == 5)
        #expect(try blobs() == ["2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"])
        #expect(try Files.read(first.location, limit: 100) == Array("hello".utf8))
        #expect(try files.file(first.path)?.hash == first.hash)
        #expect(try files.file(first.path + "x")?.hash == nil)
    }

    @Test func aBlobGoesWithItsLastName() throws {
        let short = try put("hello", lifetime: "1e-9")
        let long = try put("hello", lifetime: "null")
        #expect(try files.file(short.path)?.path == nil)
        try files.clean()
        #expect(try files.file(long.path)?.path == long.path)
        #expect(try blobs().count == 1)
        _ = try put("other", lifetime: "1e-9")
        try Files.makeDirectory(folder.file("files/00"))
        try Files.write([1], to: folder.file("files/00/nameless"))
        try files.clean()
        #expect(try blobs() == [long.hash])
    }

    @Test func whatIsGivenUpLeavesNothing() throws {
        do {
            let incoming = try files.begin()
            try [1, 2, 3].withUnsafeBytes { try incoming.write($0) }
            #expect(Files.exists(incoming.path))
        }
        #expect(try Files.list(folder.file("files")).isEmpty)
        try Files.write([1], to: folder.file("files/old.part"))
        _ = try FileStore(folder: folder.file("files"), store: store)
        #expect(try Files.list(folder.file("files")).isEmpty)
    }

    @Test func aPlaceIsFoundByItsToken() throws {
        let place = try files.makePlace(name: "ü b/../c.mp4", type: "video/mp4", Lifecycle(nil))
        #expect(place.path.hasPrefix("/files/b/") && place.path.hasSuffix("__b_.._c.mp4"))
        #expect(try files.place(token: place.token)?.path == place.path)
        #expect(try files.place(token: "x")?.path == nil)
        let incoming = try files.begin()
        let file = try files.commit(incoming, to: place)
        #expect(file.path == place.path && file.size == 0 && file.type == "video/mp4")
    }
}
