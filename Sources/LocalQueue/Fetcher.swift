import FalProtocol
import Glibc
import HTTP
import Platform
import Synchronization

/// Brings the input's video to a file: from our own store, out of a data URI, or over HTTP.
struct Fetcher: Sendable {
    let files: FileStore
    let http: HTTPClient
    /// Hosts in whose URLs our own files stand, with scheme and without a slash at the end.
    let ownHosts: @Sendable () -> [String]
    let limits: Limits

    /// - Parameter folder: where the file goes when it is not ours already.
    /// - Returns: the path of the video's file.
    func fetch(_ url: String, into folder: String) async throws -> String {
        // A link that is signed is one to our file all the same.
        let plain = url.prefix { $0 != "?" && $0 != "#" }
        for host in ownHosts() where plain.hasPrefix(host + "/files/") {
            guard let file = try files.file(String(plain.dropFirst(host.count))) else {
                throw Failure.video("file_download_error", "Failed to download the file: 404 Not Found")
            }
            return file.location
        }
        // Behind a tunnel we are known by names of which we know nothing; but nobody else has the names of our files.
        if let start = plain.firstRange(of: "/files/b/")?.lowerBound,
            let file = try files.file(String(plain[start...]))
        {
            return file.location
        }
        let path = Files.join(folder, "input")
        if url.hasPrefix("data:") {
            guard let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")), url[..<comma].hasSuffix(";base64"),
                let bytes = Base64.decode(url.utf8[url.utf8.index(after: comma)...]), !bytes.isEmpty
            else { throw Failure.video("file_download_error", "The data URI does not hold base64") }
            try Files.write(bytes, to: path)
            return path
        }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw Failure.video("file_download_error", "The URL must begin with http:// or https://, or be a data URI")
        }
        try await download(url, to: path)
        return path
    }

    private func download(_ url: String, to path: String) async throws {
        var request = HTTPRequest("GET", url, headers: [("User-Agent", "fal-local/\(Product.version)")])
        request.timeout = limits.fetchTime
        request.stallTimeout = limits.fetchStall
        request.maxRedirects = 5
        let sink = Sink(try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC), limit: limits.fetchBytes)
        do {
            let head = try await http.download(request, onHead: { _ in }, onBytes: { try sink.write($0) })
            guard (200..<300).contains(head.status) else {
                throw Failure.video("file_download_error", "Failed to download the file: HTTP \(head.status)")
            }
        } catch let error as HTTPError {
            if error.cause == .cancelled { throw CancellationError() }
            if let failure = sink.failure { throw failure }
            let reason = error.cause == .timeout
                ? "not all of it came within \(Int(limits.fetchTime)) s, or nothing for \(Int(limits.fetchStall)) s"
                : error.message
            throw Failure.video("file_download_error", "Failed to download the file: \(reason)")
        }
        if sink.size == 0 { throw Failure.video("file_download_error", "The file is empty") }
    }

    private final class Sink: Sendable {
        private let file: Descriptor
        private let limit: Int64
        private let state = Mutex<(size: Int64, failure: Failure?)>((0, nil))

        init(_ file: consuming Descriptor, limit: Int64) {
            self.file = file
            self.limit = limit
        }

        var size: Int64 { state.withLock { $0.size } }
        var failure: Failure? { state.withLock { $0.failure } }

        func write(_ bytes: UnsafeRawBufferPointer) throws {
            try state.withLock { state in
                state.size += Int64(bytes.count)
                guard state.size <= limit else {
                    let failure = Failure.video(
                        "file_too_large", "The file is larger than \(limit) bytes", ctx: ["max_size": .int(limit)]
                    )
                    state.failure = failure
                    throw failure
                }
                do throws(SystemError) { try file.write(bytes) } catch {
                    state.failure = .server("the video cannot be written: \(error.reason)")
                    throw error
                }
            }
        }
    }
}
