import FalProtocol
import Testing

@testable import FalClient

@Suite struct MultipartTests {
    @Test(arguments: [
        ("https://a.b/up/1?sig=a%2Fb&x=1", "https://a.b/up/1/7?sig=a%2Fb&x=1"), ("https://a.b/up", "https://a.b/up/7"),
        ("https://a.b/up?x=/y#z", "https://a.b/up/7?x=/y"),
    ])
    func aPartStandsBeforeTheQuery(place: String, url: String) {
        let upload = PartialUpload(route: .initiate, place: place, fileURL: "", uploadID: nil, partSize: 1)
        #expect(FalClient.url(upload, "7") == url)
    }

    @Test func aTokensPart() {
        let upload = PartialUpload(route: .token, place: "https://a.b/f", fileURL: "", uploadID: "u%2F1", partSize: 1)
        #expect(FalClient.url(upload, "complete") == "https://a.b/f/multipart/u%2F1/complete")
    }

    @Test(arguments: [(1 as Int64, 10 << 20), (100_000 << 20, 10 << 20), (100_001 << 20, 11 << 20),
        (5 << 40, 525 << 20)])
    func partsGrowWhereThereWouldBeTooMany(size: Int64, part: Int64) {
        #expect(FalClient.partSize(for: size) == part)
        #expect((size + part - 1) / part <= 10_000)
    }

    @Test func progressNeverFalls() {
        let said = Recorder()
        let progress = UploadProgress { said.add($0) }
        progress.part(1)?(5, 0, nil)
        progress.part(2)?(3, 0, nil)
        progress.part(1)?(0, 0, nil)
        progress.settle(2, 4)
        progress.settle(1, 6)
        progress.restart()
        progress.part(1)?(9, 0, nil)
        progress.part(1)?(12, 0, nil)
        #expect(said.values == [5, 8, 10, 12])
    }
}

@Suite struct UploadTokenTests {
    @Test(arguments: [
        ("https://v3b.fal.media/files/upload", true), ("https://V3B.fal.media/x", true),
        ("https://v3.fal.media/x", true),
        ("https://fal.media/x", true), ("http://v3.fal.media/x", false), ("https://fal.media.evil.com/x", false),
        ("https://evilfal.media/x", false), ("https://user@v3b.fal.media/x", false),
        ("https://v3b.fal.media:444/x", false),
        ("https://evil.com/fal.media", false), ("https://evil.com?.fal.media", false),
        ("https://evil.com#.fal.media", false),
        ("https://evil.com\\.fal.media", false), ("https://evil.com\u{2F}x.fal.media", false),
        ("ftp://v3b.fal.media/x", false), ("", false),
    ])
    func itsHosts(url: String, isFor: Bool) {
        #expect(UploadToken("t", baseURL: "https://v3b.fal.media").isFor(url) == isFor)
    }
}

@Suite struct ContentRangeTests {
    @Test func reads() {
        let range = ContentRange("bytes 5-9/10")
        #expect(range?.first == 5 && range?.last == 9 && range?.total == 10)
        #expect(ContentRange("Bytes 0-0/*")?.total == nil)
        for bad in ["bytes */10", "bytes 5-4/10", "bytes -1-4/10", "bytes 5-10/10", "items 5-9/10", "bytes 5-9",
            "bytes 99999999999999999999-9/10", ""] {
            #expect(ContentRange(bad) == nil)
        }
    }
}

/// What was said, in order; used by one thread at a time.
private final class Recorder: @unchecked Sendable {
    private(set) var values: [Int64] = []
    func add(_ value: Int64) { values.append(value) }
}
