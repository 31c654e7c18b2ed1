import Platform
import Testing

@Suite struct PlatformTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ])
    func base64RoundTrip(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zm9v!", "Zg==Zg", "Z==="])
    func base64Refuses(text: String) { #expect(Base64.decode(text.utf8) == nil) }

    @Test func sha256OfTheStandardsExample() throws {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try SHA256.hash(Array("abc".utf8)) == digest)
    }

    @Test(arguments: [
        ("2026-11-22T10:20:30.123456Z", 1_795_342_830.123456), ("2026-11-22T10:20:30", 1_795_342_830),
        ("2026-11-22T12:20:30.5+02:00", 1_795_342_830.5), ("1970-01-01T00:00:00Z", 0),
    ])
    func timestampIsRead(text: String, seconds: Double) {
        #expect(Timestamp(iso8601: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "2026-11-22", "2026-13-22T10:20:30Z", "2026-11-22T10:20:30.Z", "2026-11-22T10:20:30+2", "x"])
    func timestampIsNot(text: String) { #expect(Timestamp(iso8601: text) == nil) }

    @Test func timestampIsISO8601() {
        #expect(Timestamp(seconds: 1_734_709_037.120314).iso8601() == "2024-12-20T15:37:17.120314Z")
        #expect(Timestamp(seconds: 0).iso8601(zone: "+00:00") == "1970-01-01T00:00:00.000000+00:00")
    }

    @Test func monitorWaitsForAnUpdate() throws {
        let monitor = Monitor(0)
        try Thread.start { monitor.update { $0 = 7 } }
        #expect(monitor.wait(until: Instant.now.advanced(bySeconds: 5)) { $0 == 7 ? $0 : nil } == 7)
        #expect(monitor.wait(until: Instant.now) { $0 == 8 ? $0 : nil } == nil)
    }

    @Test func paths() {
        #expect(Files.parent(of: "/a/b") == "/a")
        #expect(Files.parent(of: "/a") == "/")
        #expect(Files.parent(of: "a") == ".")
        #expect(Files.name(of: "/a/b.mp4") == "b.mp4")
    }

    @Test func uuidHasItsShape() {
        let id = Random.uuid()
        #expect(id.count == 36)
        #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }
}

@Suite struct SleepTests {
    @Test(arguments: [-1, -.infinity, 0, -0.0, 1e-300, 1e10, 1e19, 1e300, .infinity, .nan] as [Double])
    func anyNumberOfSeconds(seconds: Double) async {
        #expect((0...3_155_760_000).contains(seconds.boundedSeconds))
        let task = Task { try await sleep(seconds: seconds) }
        task.cancel()
        _ = await task.result
        _ = Instant.now.advanced(bySeconds: seconds)
    }
}
