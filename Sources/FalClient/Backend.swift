import FalProtocol
import Platform

/// Where the queue, the storage and the files are.
///
/// A class, as every call that waits holds it.
public final class Backend: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case fal
        case local
        case proxy
    }

    public let kind: Kind
    /// With scheme, without a slash at the end.
    public let runURL: String
    public let queueURL: String
    public let restURL: String
    public let credentials: Credentials?
    /// The socket of `fal-local`.
    public let unixSocket: String?
    /// Of a proxy that holds the key: every call goes there, and names its real target in a header.
    public let proxyURL: String?
    /// Where to turn when nobody can be reached at a URL: fal's second domains, as its Python client has them.
    public let backups: [String: String]
    /// Called when nobody listens at the socket; returns when somebody does.
    public let start: (@Sendable () async throws(StartFailure) -> Void)?

    /// `fal-local` could not be started.
    public struct StartFailure: Error, Sendable {
        public let message: String

        public init(message: String) { self.message = message }
    }

    public init(
        kind: Kind,
        runURL: String = "https://fal.run",
        queueURL: String = "https://queue.fal.run",
        restURL: String = "https://rest.fal.ai",
        credentials: Credentials? = nil,
        unixSocket: String? = nil,
        proxyURL: String? = nil,
        backups: [String: String] = Backend.falBackups,
        start: (@Sendable () async throws(StartFailure) -> Void)? = nil
    ) {
        func trim(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
        self.kind = kind
        self.runURL = trim(runURL)
        self.queueURL = trim(queueURL)
        self.restURL = trim(restURL)
        self.credentials = credentials
        self.unixSocket = unixSocket
        self.proxyURL = proxyURL
        self.backups = proxyURL == nil ? backups : [:]
        self.start = start
    }

    public static let falBackups = [
        "https://fal.run": "https://falrun.com", "https://queue.fal.run": "https://queue.falrun.com",
    ]

    /// The same URL at the second domain; nil where there is none.
    func backup(of url: String) -> String? {
        for (base, backup) in backups where url.hasPrefix(base + "/") { return backup + url.dropFirst(base.count) }
        return nil
    }

    /// `fal-local` behind its socket.
    public static func local(
        socket: String, start: @escaping @Sendable () async throws(StartFailure) -> Void
    ) -> Backend {
        let url = "http://\(Product.localHost)"
        return Backend(
            kind: .local, runURL: "\(url)/run", queueURL: url, restURL: url, unixSocket: socket, start: start
        )
    }

    /// Whether calls can be made without being refused for want of a key.
    public var isAuthenticated: Bool { kind != .fal || credentials != nil }

    /// The URL that stands for this backend in answers.
    public var url: String { proxyURL ?? queueURL }

    /// What tells the storage of this host and account from all others, without the key in it.
    public var storageIdentity: String {
        let account = credentials.flatMap { try? SHA256.hash(Array($0.header.utf8)) } ?? ""
        return "\(proxyURL ?? restURL) \(unixSocket ?? "") \(account.prefix(16))"
    }

    /// Whether `url` stands at one of the backend's own hosts. One with `..` in its path may lead out of where it
    /// begins.
    public func hasURL(_ url: String) -> Bool {
        guard !Self.hasDots(url) else { return false }
        return isBehindSocket(url) || [runURL, queueURL, restURL, proxyURL].contains { base in
            base.map { url == $0 || url.hasPrefix("\($0)/") } ?? false
        }
    }

    private static func hasDots(_ url: String) -> Bool {
        url.prefix { $0 != "?" && $0 != "#" }.split { $0 == "/" || $0 == "\\" }.contains { part in
            var rest = part[...]
            var dots = 0
            while !rest.isEmpty {
                if rest.hasPrefix(".") {
                    rest = rest.dropFirst()
                } else if rest.prefix(3).lowercased() == "%2e" {
                    rest = rest.dropFirst(3)
                } else {
                    return false
                }
                dots += 1
            }
            return dots == 1 || dots == 2
        }
    }

    /// Whether `url` is served behind the socket.
    func isBehindSocket(_ url: String) -> Bool {
        unixSocket != nil && (url.hasPrefix("\(queueURL)/") || url == queueURL)
    }
}
