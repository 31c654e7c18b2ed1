import Glibc
import JSONRPC
import Platform
import Testing

@testable import Bridge

@Suite struct RootsTests {
    /// A folder with a file, a link that leads out and one that stays in.
    private func folder() throws -> String {
        let path = try Files.resolve("/tmp") + "/roots-\(Random.uuid())"
        try Files.makeDirectory(path + "/in")
        try Files.write([1], to: path + "/in/a.mp4")
        symlink("/etc/passwd", path + "/in/out.mp4")
        symlink(path + "/in/a.mp4", path + "/in/same.mp4")
        mkfifo(path + "/in/pipe", 0o600)
        return path
    }

    @Test func linksAreFollowedBeforeTheyAreJudged() throws {
        let folder = try folder()
        let roots = Roots(folders: [folder + "/in"])
        #expect(try roots.open(folder + "/in/a.mp4").start(8) == [1])
        #expect(try roots.open(folder + "/in/same.mp4").size == 1)
        for path in ["/in/out.mp4", "/in/../x", "/inside", ""] {
            let error = #expect(throws: RPCError.self) { _ = try roots.open(folder + path) }
            #expect(error?.code == 1001)
        }
        for path in ["/in/b.mp4", "/in/pipe", "/in"] {
            let error = #expect(throws: RPCError.self) { _ = try roots.open(folder + path) }
            #expect(error?.code == 1002)
        }
        #expect(throws: RPCError.self) { _ = try roots.open(folder + "/in/a.mp4\0.png") }
    }

    @Test func whatIsOpenStaysWhatItIs() throws {
        let folder = try folder()
        let file = try Roots(folders: [folder + "/in"]).open(folder + "/in/a.mp4")
        unlink(folder + "/in/a.mp4")
        symlink("/etc/passwd", folder + "/in/a.mp4")
        #expect(try file.start(8) == [1])
    }

    @Test func whatIsWrittenStaysInside() throws {
        let folder = try folder()
        let roots = Roots(folders: [folder + "/in"])
        #expect(try roots.writable(folder + "/in/new/b.mp4") == folder + "/in/new/b.mp4")
        #expect(try roots.folder(folder + "/in/new/deep").realPath() == folder + "/in/new/deep")
        symlink("/tmp", folder + "/in/leads-out")
        for path in ["/in/out.mp4", "/b.mp4", "/in/none/../../b.mp4", "/in/leads-out", "/in/leads-out/new"] {
            #expect(throws: RPCError.self) { _ = try roots.writable(folder + path) }
            #expect(throws: RPCError.self) { _ = try roots.folder(folder + path) }
        }
    }

    @Test func folderNamesAreBytes() throws {
        let roots = Roots(folders: ["/tmp/\u{e9}"])
        #expect(throws: RPCError.self) { _ = try roots.writable("/tmp/e\u{301}/a") }
    }
}

@Suite struct FileURLTests {
    @Test(arguments: [
        ("file:///a/b%20c.mp4", "/a/b c.mp4"), ("file://localhost/a", "/a"), ("FILE://LOCALHOST/a", "/a"),
        ("file:/a", "/a"),
        ("file:///%C3%BC", "/ü"), ("file:///a/%2e%2e/b", "/a/../b"), ("file:////a", "//a"), ("file://host/a", nil),
        ("file:///a%0", nil), ("file:///a%", nil), ("file:///a%+1", nil), ("file:///a%00b", nil),
        ("file:///a%2fb", nil),
        ("file:///a%2Fb", nil), ("file:///%FF", nil), ("file:///a?b", nil), ("file:///a#b", nil), ("file:a", nil),
        ("file:", nil),
        ("file://", nil), ("file://localhost:80/a", nil), ("file://u@localhost/a", nil), ("/a", nil),
    ])
    func paths(url: String, path: String?) { #expect(FileURL.path(url) == path) }
}
