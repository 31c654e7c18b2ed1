import Glibc
import Platform
import Testing

@Suite struct OpenFileTests {
    private func folder() throws -> String {
        let path = try Files.resolve("/tmp") + "/open-\(Random.uuid())"
        try Files.makeDirectory(path)
        return path
    }

    private func open(_ path: String) throws -> OpenFile {
        let file = try Descriptor.open(path, O_RDONLY)
        return try OpenFile(file, path: path)
    }

    @Test func changesShow() throws {
        let path = try folder() + "/a"
        try Files.write([1, 2, 3], to: path)
        let file = try open(path)
        #expect(!file.hasChanged && file.isUntouched)
        #expect(file.secondsToSettle <= 0.02)
        usleep(UInt32(file.secondsToSettle * 1e6))
        #expect(try file.start(2) == [1, 2])
        link(path, path + "2")
        #expect(!file.hasChanged && !file.isUntouched)
        let again = try open(path)
        usleep(20_000)
        let writer = try Descriptor.open(path, O_WRONLY)
        _ = pwrite(writer.raw, [9 as UInt8], 1, 0)
        #expect(again.hasChanged && !again.isUntouched)
    }

    @Test func onlyRegularFiles() throws {
        let folder = try folder()
        #expect(throws: SystemError.self) { _ = try open(folder) }
        #expect(throws: SystemError.self) { _ = try open("/dev/null") }
    }

    @Test func aNewFileHasNoNameUntilItIsWhole() throws {
        let path = try folder()
        let folder = try Folder(path)
        do {
            let file = try folder.makeFile()
            try [1 as UInt8, 2].withUnsafeBytes { try file.write($0) }
        }
        #expect(try Files.list(path) == [])
        let file = try folder.makeFile()
        try [1 as UInt8, 2].withUnsafeBytes { try file.write($0) }
        try file.empty()
        try [3 as UInt8].withUnsafeBytes { try file.write($0) }
        try file.commit(as: "a", overwrite: false)
        #expect(try Files.read(path + "/a", limit: 10) == [3])
        let second = try folder.makeFile()
        let error = #expect(throws: SystemError.self) { try second.commit(as: "a", overwrite: false) }
        #expect(error?.code == EEXIST)
        try second.commit(as: "a", overwrite: true)
        #expect(try Files.read(path + "/a", limit: 10) == [])
        #expect(try Files.list(path) == ["a"])
    }

    @Test func noStepFollowsALink() throws {
        let path = try folder()
        symlink("/tmp", path + "/link")
        let folder = try Folder(path)
        #expect(throws: SystemError.self) { _ = try folder.entering("link") }
        #expect(try folder.entering("new").realPath() == path + "/new")
        #expect(folder.contains("link") && !folder.contains("none"))
    }

    @Test func processes() {
        #expect(ProcessIdentity.isAlive(ProcessIdentity.current))
        for gone in ["1:1", "0:0", "-1:5", "x", "", "99999999999:1"] { #expect(!ProcessIdentity.isAlive(gone)) }
    }
}
