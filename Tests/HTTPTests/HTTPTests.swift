import HTTP
import Testing

@Suite struct HTTPTests {
    @Test func headersAreCaseBlind() {
        var headers = HTTPHeaders()
        headers.append("X-Fal-Request-Id", "1")
        #expect(headers["x-fal-request-id"] == "1")
        #expect(headers["none"] == nil)
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/", "nonsense", "http://127.0.0.1:1/\r\n"])
    func onlyHTTPIsSpoken(url: String) async {
        let error = await #expect(throws: HTTPError.self) { _ = try await HTTPClient().send(HTTPRequest("GET", url)) }
        #expect(error?.wasSent == false)
    }

    @Test func nobodyListens() async {
        let request = HTTPRequest("GET", "http://127.0.0.1:1/")
        let error = await #expect(throws: HTTPError.self) { _ = try await HTTPClient().send(request) }
        #expect(error?.cause == .connect)
        #expect(error?.wasSent == false)
    }

    @Test func aHeaderCannotBringAnother() async {
        let request = HTTPRequest("GET", "http://127.0.0.1:1/", headers: [("A", "b\r\nC: d")])
        let error = await #expect(throws: HTTPError.self) { _ = try await HTTPClient().send(request) }
        #expect(error?.cause == .badURL)
    }

    @Test func aCancelledTaskEndsItsRequest() async {
        let client = HTTPClient()
        let task = Task { () async -> HTTPError? in
            do throws(HTTPError) {
                _ = try await client.send(HTTPRequest("GET", "http://127.0.0.1:1/"))
                return nil
            } catch {
                return error
            }
        }
        task.cancel()
        let cause = await task.value?.cause
        #expect(cause == .cancelled || cause == .connect)
    }
}
