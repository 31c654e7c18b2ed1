import FalProtocol
import HTTP
import JSON
import Platform
import Synchronization

/// A token for fal's CDN. It goes to the host that was named along with it, or to one of fal's own, and nowhere else.
final class UploadToken: Sendable {
    /// Without a slash at the end.
    let baseURL: String
    /// Changes when the storage no longer takes the old one.
    private let value: Mutex<String>

    init(_ value: String, baseURL: String) {
        self.baseURL = baseURL
        self.value = Mutex(value)
    }

    var header: String { "Bearer \(value.withLock { $0 })" }

    func replace(with other: UploadToken) {
        let fresh = other.value.withLock { $0 }
        value.withLock { $0 = fresh }
    }

    /// Whether the token may be sent to `url`.
    func isFor(_ url: String) -> Bool {
        guard let origin = Self.origin(url) else { return false }
        if origin == Self.origin(baseURL) { return true }
        let scheme = "https://"
        guard origin.hasPrefix(scheme) else { return false }
        let host = origin.dropFirst(scheme.count)
        return host == "fal.media" || host.hasSuffix(".fal.media")
    }

    /// Scheme, host and port; nil for what has a user in it or is no such URL.
    static func origin(_ url: String) -> String? {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let lower = url.prefix { $0 != "?" && $0 != "#" && $0 != "\\" }.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return nil }
        let host = lower.dropFirst(scheme.count).prefix { $0 != "/" }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        return scheme + host
    }
}

/// The way of fal's Python client: a token from the storage's host, then the bytes with that token, for servers
/// that give no place. The key stays with the first.
extension FalClient {
    private static let defaultBase = "https://v3.fal.media"

    /// - Parameter refusal: why this way is taken; thrown where it is closed, too.
    func uploadToken(instead refusal: FalError?) async throws(FalError) -> UploadToken {
        let answer: JSON
        do throws(FalError) {
            answer = try json(await send(
                "POST", "\(backend.restURL)/storage/auth/token?storage_type=fal-cdn-v3", body: [:],
                policy: RetryPolicy(call: .initiate)
            ))
        } catch {
            throw error.meansNoSuchRoute ? refusal ?? error : error
        }
        var base = answer["base_url"]?.stringValue ?? Self.defaultBase
        while base.hasSuffix("/") { base.removeLast() }
        guard let token = answer["token"]?.stringValue, !token.isEmpty,
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let origin = UploadToken.origin(base),
            // What came over TLS is not sent in the clear.
            origin.hasPrefix("https://") || backend.restURL.lowercased().hasPrefix("http://")
        else { throw FalError(.malformed("the storage's token cannot be used")) }
        return UploadToken(token, baseURL: base)
    }

    /// - Returns: the file's URL.
    func uploadByToken(
        _ source: UploadSource, instead refusal: FalError, progress: UploadProgress
    ) async throws(FalError) -> String {
        let token = try await uploadToken(instead: refusal)
        var request = bodyRequest("POST", "\(token.baseURL)/files/upload", source, 0, source.size)
        request.headers += tokenHeaders(source)
        let answer = try json(await exchange(request, token, progress: progress.part(1)))
        guard let url = answer["access_url"]?.stringValue else {
            throw FalError(.malformed("the storage does not say where the upload is"))
        }
        return url
    }

    /// A place for the parts of a large file.
    func placeByToken(
        for source: UploadSource, _ token: UploadToken, partSize: Int64
    ) async throws(FalError) -> PartialUpload {
        let url = "\(token.baseURL)/files/upload/multipart"
        var request = HTTPRequest("POST", url, headers: [
            ("Accept", "application/json"), ("User-Agent", Self.userAgent),
        ] + tokenHeaders(source))
        if backend.isBehindSocket(url) { request.unixSocket = backend.unixSocket }
        let answer = try json(await exchange(request, token, progress: nil))
        let id = answer["uploadId"]?.stringValue ?? ""
        guard let url = answer["access_url"]?.stringValue, !id.isEmpty else {
            throw FalError(.malformed("the storage names no place for the upload"))
        }
        return PartialUpload(
            route: .token, place: url, fileURL: url, uploadID: Percent.encode(id), partSize: partSize
        )
    }

    private func tokenHeaders(_ source: UploadSource) -> [(name: String, value: String)] {
        // A header carries no control characters, and other text only as UTF-8, which fal's client sends too.
        let name = String(String.UnicodeScalarView(source.fileName.unicodeScalars.filter {
            $0.value >= 0x20 && $0.value != 0x7F
        }))
        var headers = [("Content-Type", source.contentType), ("X-Fal-File-Name", name)] + lifecycleHeaders(source)
        if let lifecycle = source.lifecycle { headers.append(("X-Fal-Object-Lifecycle-Preference", lifecycle.text)) }
        return headers.map { (name: $0.0, value: $0.1) }
    }

    /// Makes an exchange of the bytes, with the token if there is one: renewed once where its time was over.
    func exchange(
        _ request: HTTPRequest, _ token: UploadToken?, progress: HTTPClient.Progress?
    ) async throws(FalError) -> HTTPResponse {
        guard let token else { return try await exchange(request, RetryPolicy(call: .put), onProgress: progress) }
        guard token.isFor(request.url) else {
            throw FalError(.malformed("the storage sends the upload to a host that its token is not for"))
        }
        func signed() -> HTTPRequest {
            var signed = request
            signed.headers.append(("Authorization", token.header))
            return signed
        }
        do throws(FalError) {
            return try await exchange(signed(), RetryPolicy(call: .put), onProgress: progress)
        } catch {
            guard case .status(401, _) = error.cause else { throw error }
            token.replace(with: try await uploadToken(instead: error))
            return try await exchange(signed(), RetryPolicy(call: .put), onProgress: progress)
        }
    }
}
