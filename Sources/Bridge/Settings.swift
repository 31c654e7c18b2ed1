import FalClient
import FalProtocol
import Platform

/// What the bridge was told: by flags, by the environment, by `initialize` and `configure`.
public struct Settings: Sendable {
    public enum BackendChoice: String, Sendable, CaseIterable {
        case auto
        case fal
        case local
    }

    /// Something that was said and cannot be used.
    public struct Unusable: Error, Sendable, CustomStringConvertible {
        public let description: String

        public init(_ description: String) { self.description = description }
    }

    public var backend = BackendChoice.auto
    public var credentials: Credentials?
    public var runURL = "https://fal.run"
    public var queueURL = "https://queue.fal.run"
    public var restURL = "https://rest.fal.ai"
    public var proxyURL: String?
    /// Absolute, each with models of its own, which win over those of the folders before it.
    public var schemaFolders: [String] = []
    public var stateFolder: String
    /// Absolute, links resolved.
    public var roots: [String] = []
    public var defaultEndpoint = EndpointID.animateDiffVideoToVideo

    /// Reads the environment, as the contract lists it.
    public init() throws(Unusable) {
        if let text = Environment.get("FAL_BRIDGE_BACKEND") { backend = try Self.backend(text) }
        if let key = Environment.get("FAL_KEY") {
            credentials = try Self.credentials(key, from: "FAL_KEY")
        } else if let id = Environment.get("FAL_KEY_ID"), let secret = Environment.get("FAL_KEY_SECRET") {
            credentials = try Self.credentials("\(id):\(secret)", from: "FAL_KEY_ID and FAL_KEY_SECRET")
        }
        if let host = Environment.get("FAL_RUN_HOST") {
            runURL = try Self.url(ofHost: host, "FAL_RUN_HOST")
            queueURL = try Self.url(ofHost: "queue.\(host)", "FAL_RUN_HOST")
        }
        if let host = Environment.get("FAL_QUEUE_RUN_HOST") {
            queueURL = try Self.url(ofHost: host, "FAL_QUEUE_RUN_HOST")
        }
        if let url = Environment.get("FAL_RUN_URL") { runURL = try Self.url(url, "FAL_RUN_URL") }
        if let url = Environment.get("FAL_QUEUE_URL") { queueURL = try Self.url(url, "FAL_QUEUE_URL") }
        if let url = Environment.get("FAL_REST_URL") { restURL = try Self.url(url, "FAL_REST_URL") }
        if let url = Environment.get("FAL_PROXY_URL") { proxyURL = try Self.url(url, "FAL_PROXY_URL") }
        if let folder = Environment.get("FAL_BRIDGE_STATE") {
            stateFolder = Files.absolute(folder)
        } else if let folder = Environment.get("XDG_STATE_HOME"), folder.hasPrefix("/") {
            stateFolder = Files.join(folder, Product.name)
        } else {
            stateFolder = Files.join(Environment.get("HOME") ?? "/tmp", ".local/state/\(Product.name)")
        }
        if let folders = Environment.get("FAL_BRIDGE_SCHEMAS") {
            for folder in folders.split(separator: ":") {
                schemaFolders.append(try Self.schemaFolder(String(folder), "FAL_BRIDGE_SCHEMAS"))
            }
        }
        if let folders = Environment.get("FAL_BRIDGE_ROOTS") {
            roots = try Self.roots(folders.split(separator: ":").map(String.init))
        }
    }

    /// Whether jobs run on this machine.
    public var usesLocal: Bool {
        switch backend {
        case .local: true
        case .fal: false
        case .auto: credentials == nil && proxyURL == nil
        }
    }

    /// Where calls go that do not stay here.
    public var hostedBackend: Backend {
        Backend(
            kind: proxyURL == nil ? .fal : .proxy, runURL: runURL, queueURL: queueURL, restURL: restURL,
            credentials: credentials, proxyURL: proxyURL
        )
    }

    public static func backend(_ text: String) throws(Unusable) -> BackendChoice {
        guard let choice = BackendChoice(rawValue: text) else {
            throw Unusable("no backend '\(text)': auto, fal or local")
        }
        return choice
    }

    public static func credentials(_ text: String, from source: String) throws(Unusable) -> Credentials {
        guard let credentials = Credentials(text) else { throw Unusable("\(source) holds no usable key") }
        return credentials
    }

    public static func url(_ text: String, _ name: String) throws(Unusable) -> String {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count <= 2_048,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Unusable("\(name) must be a URL with http:// or https://") }
        // Answers and errors show the URL.
        let authority = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)[2]
        guard !authority.prefix(while: { !"/?#".contains($0) }).contains("@") else {
            throw Unusable("\(name) must not have a user's name or password in it")
        }
        return text
    }

    /// A folder of models, absolute: `fal-local` is handed it, too.
    public static func schemaFolder(_ path: String, _ name: String) throws(Unusable) -> String {
        do { _ = try Files.list(path) } catch { throw Unusable("\(name) \(error.description)") }
        return Files.absolute(path)
    }

    /// The URL of a host that stands alone, with a port or without.
    private static func url(ofHost host: String, _ name: String) throws(Unusable) -> String {
        guard !host.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || "/@?#\\".utf8.contains($0) }) else {
            throw Unusable("\(name) must be a host alone, such as fal.run: no scheme, no path, no user's name")
        }
        return try url("https://\(host)", name)
    }

    /// Folders as they are compared with: absolute and without links.
    public static func roots(_ folders: [String]) throws(Unusable) -> [String] {
        var result: [String] = []
        for folder in folders {
            do { result.append(try Files.resolve(Files.absolute(folder))) } catch {
                throw Unusable("root \(error.description)")
            }
        }
        return result
    }
}
