import FalClient
import Glibc
import JSON
import JSONRPC
import JSONSchema
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
        return path
    }

    @Test func linksAreFollowedBeforeTheyAreJudged() throws {
        let folder = try folder()
        let roots = Roots(folders: [folder + "/in"])
        #expect(try roots.readable(folder + "/in/a.mp4") == folder + "/in/a.mp4")
        #expect(try roots.readable(folder + "/in/same.mp4") == folder + "/in/a.mp4")
        for path in ["/in/out.mp4", "/in/../x", "/inside", ""] {
            let error = #expect(throws: RPCError.self) { _ = try roots.readable(folder + path) }
            #expect(error?.code == 1001)
        }
        let missing = #expect(throws: RPCError.self) { _ = try roots.readable(folder + "/in/b.mp4") }
        #expect(missing?.code == 1002)
    }

    @Test func whatIsWrittenStaysInside() throws {
        let folder = try folder()
        let roots = Roots(folders: [folder + "/in"])
        #expect(try roots.writable(folder + "/in/new/b.mp4") == folder + "/in/new/b.mp4")
        for path in ["/in/out.mp4", "/b.mp4", "/in/new/../../b.mp4"] {
            #expect(throws: RPCError.self) { _ = try roots.writable(folder + path) }
        }
    }
}

@Suite struct InputFilesTests {
    @Test(arguments: [
        ("file:///a/b%20c.mp4", "/a/b c.mp4"), ("file://localhost/a", "/a"), ("file://host/a", nil), ("file:///a%0", nil),
        ("file:///a%00b", nil), ("file:///%C3%BC", "/ü"), ("file:///%FF", nil),
    ])
    func fileURLs(url: String, path: String?) { #expect(FileURL.path(url) == path) }

    @Test func dataURIs() throws {
        let source = try DataURI.source("data:video/mp4;base64,SGVsbG8=")
        #expect(source.size == 5)
        #expect(source.contentType == "video/mp4")
        #expect(source.fileName == "upload.mp4")
        for bad in ["data:,x", "data:a/b;base64,!", "x", "data:a/b;base64"] {
            #expect(throws: RPCError.self) { _ = try DataURI.source(bad) }
        }
    }

    @Test func replacing() throws {
        let input = try JSON.parse(#"{"a":[{"url":"x"},1],"b":2}"#)
        #expect(input.replacing([.key("a"), .index(0), .key("url")], with: "y").text == #"{"a":[{"url":"y"},1],"b":2}"#)
        #expect(input.replacing([.key("c")], with: "y") == input)
    }
}

@Suite struct SurfaceTests {
    @Test func everyDocumentCompilesAndEveryMethodHasOne() throws {
        let bridge = try Bridge(Settings()) {}
        let documented = Set(Surface.documents.map(\.name))
        for (name, parameters) in Parameters.all() where name != "ping" {
            let error = #expect(throws: RPCError.self) { try parameters.check(["no such parameter": 1]) }
            #expect(error?.code == -32602)
        }
        #expect(Set(bridge.methods.map(\.name)) == documented)
    }
}
