import Glibc
import Platform
import Testing

@testable import LocalQueue

/// Frames of four bytes on their way from a file to a pipe.
final class FrameFeedTests {
    private let folder: Folder
    private let feed: FrameFeed
    private let out: Descriptor

    init() throws {
        folder = try Folder()
        let pipe = try Pipe.make()
        out = Descriptor(owning: pipe.read)
        feed = try FrameFeed(frameBytes: 4, pipe: pipe.write)
    }

    private func write(_ text: String, to name: String = "part") throws {
        let file = try Descriptor.open(folder.file(name), O_WRONLY | O_CREAT | O_APPEND)
        try Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try Descriptor.write(file.raw, bytes) }
        }.get()
    }

    /// The next `count` bytes; fewer at the end.
    private func read(_ count: Int = 4) -> String {
        var all: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: count)
        while all.count < count {
            let got = Glibc.read(out.raw, &bytes, count - all.count)
            guard got > 0 else { break }
            all += bytes[..<got]
        }
        return String(decoding: all, as: UTF8.self)
    }

    @Test func framesGoOnAsTheyCome() throws {
        try write("aaaabb")
        feed.offer(1, at: folder.file("part"))
        #expect(read() == "aaaa")
        try write("bbcccc")
        feed.offer(3, at: folder.file("part"))
        #expect(read(8) == "bbbbcccc")
        try write("dddd")
        try Files.rename(folder.file("part"), to: folder.file("whole"))
        #expect(feed.complete(4, at: folder.file("whole")))
        #expect(read() == "dddd")
        #expect(read() == "")
        #expect(feed.isSent)
    }

    @Test func allAtOnce() throws {
        try write("aaaabbbb", to: "whole")
        feed.offer(1, at: folder.file("not there"))
        #expect(feed.complete(2, at: folder.file("whole")))
        #expect(feed.isSent)
        #expect(read(9) == "aaaabbbb")
    }

    @Test func anotherFileAtTheEnd() throws {
        try write("aaaa")
        feed.offer(1, at: folder.file("part"))
        #expect(read() == "aaaa")
        try write("bbbb", to: "whole")
        #expect(!feed.complete(1, at: folder.file("whole")))
        #expect(!feed.complete(1, at: folder.file("not there")))
        feed.abandon()
        #expect(read() == "")
    }

    @Test func moreThanIsThere() throws {
        try write("aaaabb")
        feed.offer(2, at: folder.file("part"))
        #expect(read() == "aaaa")
        #expect(read() == "")
        #expect(!feed.isSent)
        #expect(!feed.complete(1, at: folder.file("part")))
    }

    @Test func linksAndPipesAreNoFrames() throws {
        try write("aaaa")
        #expect(symlink(folder.file("part"), folder.file("link")) == 0)
        #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
        for name in ["link", "fifo", "."] { #expect(!feed.complete(1, at: folder.file(name))) }
        feed.abandon()
        #expect(read() == "")
        feed.offer(1, at: folder.file("part"))
        #expect(!feed.complete(1, at: folder.file("part")), "it is over")
    }
}
