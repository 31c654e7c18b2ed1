import CCurl

/// What the client stands on: libcurl as it is installed here, and the certificates that it judges servers by.
public struct HTTPLibrary: Sendable {
    /// As libcurl describes itself, with all that it brings: `libcurl/7.88.1 OpenSSL/3.0.17 …`.
    public let description: String
    public let version: String
    /// The library for TLS; nil where there is none.
    public let tls: String?
    public let hasHTTP2: Bool
    /// The file and the folder of certificates that are in force; nil where there is none.
    public let certificateFile: String?
    public let certificateFolder: String?
    /// The variable of the environment that says so; nil where libcurl does.
    public let certificatesFrom: String?

    /// libcurl cannot be used.
    public struct Unavailable: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Opens libcurl, if that has not been done.
    public init() throws(Unavailable) {
        let library: CurlLibrary
        do { library = try CurlLibrary.shared.get() } catch { throw Unavailable(description: error.description) }
        guard let info = library.versionInfo(CURLVERSION_SEVENTH)?.pointee else {
            throw Unavailable(description: "libcurl does not say what it is")
        }
        func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
        description = text(library.version()) ?? ""
        version = text(info.version) ?? ""
        tls = text(info.ssl_version).flatMap { $0.isEmpty ? nil : $0 }
        hasHTTP2 = Int(info.features) & (1 << 16) != 0 // CURL_VERSION_HTTP2, whose macro Swift does not import
        // Members that an older libcurl does not have are not read.
        let saysPaths = info.age.rawValue >= CURLVERSION_SEVENTH.rawValue
        certificateFile = TrustStore.file ?? (saysPaths ? text(info.cainfo) : nil)
        certificateFolder = TrustStore.folder ?? (saysPaths ? text(info.capath) : nil)
        certificatesFrom = TrustStore.variable
    }
}
