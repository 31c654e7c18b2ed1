import CCurl
import Glibc
import Platform

/// One exchange, from its options to its outcome.
///
/// `@unchecked Sendable`: made by the task that asks, then touched by the transfer loop's thread alone.
final class Transfer: @unchecked Sendable {
    typealias Progress = @Sendable (_ sent: Int64, _ received: Int64, _ total: Int64?) -> Void

    /// What becomes of bytes that came.
    enum Intake: Sendable {
        case taken
        /// Nothing of them is taken now. The exchange stands still until it is resumed, and then they come again.
        case later
    }

    let request: HTTPRequest
    let library: CurlLibrary
    private let onHead: @Sendable (HTTPHead) throws -> Void
    private let onBytes: @Sendable (UnsafeRawBufferPointer) throws -> Intake
    private let onProgress: Progress?

    private(set) var handle: CurlLibrary.Handle?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var headers = HTTPHeaders()
    private var head: HTTPHead?
    /// What went wrong in a callback, which libcurl knows only as "aborted".
    private var fault: HTTPError?
    private var bodyOffset: Int64 = 0
    private var headerBytes = 0
    /// The status of the answer whose headers are coming.
    private(set) var lineStatus = 0
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Seconds that a connection may have been idle which a request takes that is sent once: an older one may be
    /// dead, and then nobody would know what became of the request.
    private static let maxIdle = 5
    private static let changedWords = "the file changed while it was read"
    /// All header lines of an answer together.
    private static let maxHeaderBytes = 128 << 10

    init(
        _ request: HTTPRequest,
        library: CurlLibrary,
        onHead: @escaping @Sendable (HTTPHead) throws -> Void,
        onBytes: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Intake,
        onProgress: Progress?
    ) {
        self.request = request
        self.library = library
        self.onHead = onHead
        self.onBytes = onBytes
        self.onProgress = onProgress
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        if let handle { library.easyCleanup(handle) }
        library.slistFree(headerList)
        errorText.deallocate()
    }

    // MARK: Setting up

    /// Makes the handle with all of its options.
    func prepare() throws(HTTPError) -> CurlLibrary.Handle {
        guard let handle = library.easyInit() else { throw HTTPError(.other, message: "libcurl has no memory") }
        self.handle = handle
        let context = Unmanaged.passUnretained(self).toOpaque()
        // Without these two a redirect could lead to a file or a socket of this machine.
        guard library.set(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            library.set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            library.set(handle, CURLOPT_URL, request.url)
        else { throw HTTPError(.badURL, message: "libcurl cannot use the URL") }
        library.set(handle, CURLOPT_NOSIGNAL, 1)
        library.set(handle, CURLOPT_ERRORBUFFER, pointer: errorText)
        library.set(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Wait for a connection that may turn out to carry many. Without TLS it will not, and the wait would be for the
        // whole of the first answer.
        if request.url.prefix(6).lowercased() == "https:" { library.set(handle, CURLOPT_PIPEWAIT, 1) }
        if let file = TrustStore.file { library.set(handle, CURLOPT_CAINFO, file) }
        if let folder = TrustStore.folder { library.set(handle, CURLOPT_CAPATH, folder) }
        library.set(handle, CURLOPT_TCP_KEEPALIVE, 1)
        library.set(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        if let timeout = request.timeout { library.set(handle, CURLOPT_TIMEOUT_MS, Self.milliseconds(timeout)) }
        if let timeout = request.stallTimeout {
            library.set(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
            library.set(handle, CURLOPT_LOW_SPEED_TIME, max(1, Int(timeout.boundedSeconds)))
        }
        if request.acceptsCompression { library.set(handle, CURLOPT_ACCEPT_ENCODING, "") }
        if request.isSentOnce { library.set(handle, CURLOPT_MAXAGE_CONN, Self.maxIdle) }
        if request.maxRedirects > 0 {
            library.set(handle, CURLOPT_FOLLOWLOCATION, 1)
            library.set(handle, CURLOPT_MAXREDIRS, request.maxRedirects)
        }
        if let socket = request.unixSocket {
            guard library.set(handle, CURLOPT_UNIX_SOCKET_PATH, socket) else {
                throw HTTPError(.badURL, message: "libcurl cannot use a unix socket")
            }
        }
        if !request.mayUseProxy { library.set(handle, CURLOPT_NOPROXY, "*") }
        if request.refusesPrivateAddresses { try setGuard(handle, context) }
        try setHeaders(handle)
        setReceiveBuffer(handle)
        try setBody(handle, context)
        library.set(handle, CURLOPT_HEADERDATA, pointer: context)
        library.set(handle, CURLOPT_WRITEDATA, pointer: context)
        _ = fb_setopt_data(library.easySetopt, handle, CURLOPT_HEADERFUNCTION) { Transfer.header($0, $1, $2, $3) }
        _ = fb_setopt_data(library.easySetopt, handle, CURLOPT_WRITEFUNCTION) { Transfer.write($0, $1, $2, $3) }
        if onProgress != nil {
            library.set(handle, CURLOPT_NOPROGRESS, 0)
            library.set(handle, CURLOPT_XFERINFODATA, pointer: context)
            _ = fb_setopt_progress(library.easySetopt, handle) { Transfer.progress($0, $1, $2, $3, $4) }
        }
        return handle
    }

    private func setHeaders(_ handle: CurlLibrary.Handle) throws(HTTPError) {
        for (name, value) in request.headers {
            if request.maxRedirects > 0, name.lowercased() == "authorization" { continue }
            guard !(name + value).utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw HTTPError(.badURL, message: "a header with a line break in it: \(name)")
            }
            headerList = library.slistAppend(headerList, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // No wait of a second for a "100 Continue" that hardly any server sends.
        headerList = library.slistAppend(headerList, "Expect:")
        library.set(handle, CURLOPT_HTTPHEADER, pointer: headerList)
    }

    /// Large for files that come, small for all else: a thousand calls have one each.
    private func setReceiveBuffer(_ handle: CurlLibrary.Handle) {
        let isDownload = if case .none = request.body { request.isLong } else { false }
        library.set(handle, CURLOPT_BUFFERSIZE, isDownload ? 128 << 10 : 4 << 10)
    }

    private func setBody(_ handle: CurlLibrary.Handle, _ context: UnsafeMutableRawPointer) throws(HTTPError) {
        let length: Int64
        switch request.body {
        case .none where request.method == "GET":
            return
        case .none where request.method == "HEAD":
            library.set(handle, CURLOPT_NOBODY, 1)
            return
        case .none: length = 0
        case .bytes(let bytes): length = Int64(bytes.count)
        case .file(_, _, let count): length = count
        }
        library.set(handle, CURLOPT_UPLOAD, 1)
        library.set(handle, CURLOPT_CUSTOMREQUEST, request.method)
        library.set(handle, CURLOPT_INFILESIZE_LARGE, offset: length)
        // A large one is for files: a thousand submits at once have one each.
        library.set(handle, CURLOPT_UPLOAD_BUFFERSIZE, length > 1 << 20 ? 256 << 10 : 16 << 10)
        library.set(handle, CURLOPT_READDATA, pointer: context)
        library.set(handle, CURLOPT_SEEKDATA, pointer: context)
        _ = fb_setopt_data(library.easySetopt, handle, CURLOPT_READFUNCTION) { Transfer.read($0, $1, $2, $3) }
        _ = fb_setopt_seek(library.easySetopt, handle) { Transfer.seek($0, $1, $2) }
    }

    private static func milliseconds(_ seconds: Double) -> Int {
        Int(min(max(seconds.boundedSeconds * 1000, 1), 2_000_000_000).rounded(.up))
    }

    // MARK: Callbacks, all on the loop's thread

    static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func header(
        _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = transfer(context), let data else { return 0 }
        let line = String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
        transfer.headerBytes += count
        guard transfer.headerBytes <= maxHeaderBytes else {
            let words = "more than \(maxHeaderBytes) bytes of headers"
            transfer.fault = HTTPError(.tooLarge, message: words, wasSent: true)
            return 0
        }
        if line.hasPrefix("HTTP/") {
            // The answer before was an interim one, or a redirect.
            transfer.headers.removeAll()
            transfer.lineStatus = Int(line.drop { $0 != " " }.dropFirst().prefix(3)) ?? 0
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let end = value.lastIndex { $0 != " " && $0 != "\t" && !$0.isNewline }
            let (name, text) = (String(line[..<colon]), end.map { String(value[...$0]) } ?? "")
            guard transfer.checkRedirect(name, text) else { return 0 }
            transfer.headers.append(name, text)
        }
        return count
    }

    private static func write(
        _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = transfer(context) else { return 0 }
        guard count > 0, let data else { return count }
        do {
            try transfer.giveHead()
            return switch try transfer.onBytes(UnsafeRawBufferPointer(start: data, count: count)) {
            case .taken: count
            case .later: Int(CURL_WRITEFUNC_PAUSE)
            }
        } catch {
            transfer.fault = error as? HTTPError ?? HTTPError(.sink("\(error)"), message: "\(error)", wasSent: true)
            return 0
        }
    }

    private static func read(
        _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let transfer = transfer(context), let data else { return Int(CURL_READFUNC_ABORT) }
        let room = size * count
        let offset = transfer.bodyOffset
        switch transfer.request.body {
        case .none: return 0
        case .bytes(let bytes):
            let part = bytes[Int(offset)..<min(bytes.count, Int(offset) + room)]
            part.withUnsafeBytes { if let base = $0.baseAddress { memcpy(data, base, $0.count) } }
            transfer.bodyOffset += Int64(part.count)
            return part.count
        case .file(let file, let start, let length):
            let wanted = min(Int64(room), length - offset)
            guard wanted > 0 else { return 0 }
            var got = 0
            var reason = changedWords
            do throws(SystemError) {
                let buffer = UnsafeMutableRawBufferPointer(start: data, count: Int(wanted))
                got = try file.read(at: start + offset, into: buffer)
            } catch {
                reason = error.reason
            }
            // After the read: had it changed before, what was read might be new already.
            guard got > 0, !file.hasChanged else {
                let message = "\(file.path): \(reason)"
                transfer.fault = HTTPError(.source(message), message: message, wasSent: true)
                return Int(CURL_READFUNC_ABORT)
            }
            transfer.bodyOffset += Int64(got)
            return got
        }
    }

    private static func seek(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: CInt) -> CInt {
        guard let transfer = transfer(context), origin == SEEK_SET else { return CInt(CURL_SEEKFUNC_CANTSEEK) }
        // libcurl asks for this to send the body again, on its own account, on another connection.
        guard !transfer.request.isSentOnce else { return CInt(CURL_SEEKFUNC_FAIL) }
        transfer.bodyOffset = Int64(offset)
        return CInt(CURL_SEEKFUNC_OK)
    }

    private static func progress(
        _ context: UnsafeMutableRawPointer?, _ downloadTotal: curl_off_t, _ downloaded: curl_off_t,
        _ uploadTotal: curl_off_t, _ uploaded: curl_off_t
    ) -> CInt {
        guard let transfer = transfer(context) else { return 1 }
        let total = uploadTotal > 0 ? uploadTotal : downloadTotal
        transfer.onProgress?(Int64(uploaded), Int64(downloaded), total > 0 ? Int64(total) : nil)
        return 0
    }

    /// Ends it from a callback, with a reason of our own.
    func refuse(_ error: HTTPError) { fault = error }

    // MARK: The outcome

    private func giveHead() throws {
        guard head == nil, let handle else { return }
        let head = HTTPHead(
            status: library.number(handle, CURLINFO_RESPONSE_CODE),
            headers: headers,
            url: library.text(handle, CURLINFO_EFFECTIVE_URL) ?? request.url,
            version: library.number(handle, CURLINFO_HTTP_VERSION) >= Int(CURL_HTTP_VERSION_2_0) ? .http2 : .http1
        )
        self.head = head
        try onHead(head)
    }

    /// What `code` means for this exchange, now that it is over.
    func outcome(_ code: CURLcode) -> Result<HTTPHead, HTTPError> {
        if let fault { return .failure(fault) }
        if code == CURLE_OK {
            do { try giveHead() } catch {
                return .failure(error as? HTTPError ?? HTTPError(.sink("\(error)"), message: "\(error)", wasSent: true))
            }
            if let head { return .success(head) }
        }
        let wasSent = handle.map { library.number($0, CURLINFO_REQUEST_SIZE) > 0 } ?? false
        let words = errorText.pointee != 0 ? String(cString: errorText)
            : library.easyStrerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
        return .failure(HTTPError(Self.cause(code), code: Int(code.rawValue), message: words, wasSent: wasSent))
    }

    private static func cause(_ code: CURLcode) -> HTTPError.Cause {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            .tls
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_TOO_MANY_REDIRECTS: .redirects
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_WEIRD_SERVER_REPLY:
            .cut
        default: .other
        }
    }
}
