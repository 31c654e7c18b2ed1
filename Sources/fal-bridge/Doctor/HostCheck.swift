import Bridge
import FalClient
import FalProtocol
import Glibc
import HTTP
import JSON
import Platform

/// Whether the hosts that calls would go to can be reached, and by what certificates and proxies.
struct HostCheck: Sendable {
    private let settings: Settings
    private let http: HTTPClient

    init(_ settings: Settings, _ http: HTTPClient) {
        self.settings = settings
        self.http = http
    }

    func findings() async -> [Finding] {
        var places = [("run", settings.runURL), ("queue", settings.queueURL), ("rest", settings.restURL)]
        // A proxy stands for all of them.
        if let proxy = settings.proxyURL { places = [("proxy", proxy)] }
        var answers: [Int: Finding] = [:]
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, (name, url)) in places.enumerated() {
                group.addTask { (index, await look(name, url)) }
            }
            for await (index, finding) in group { answers[index] = finding }
        }
        return places.indices.compactMap { answers[$0] } + [certificates, proxies]
    }

    private func look(_ name: String, _ url: String) async -> Finding {
        do throws(HTTPError) {
            return reached(name, url, try await ask(name, url))
        } catch {
            let words = "\(url) not reached: \(error.message)"
            let more: JSONObject = ["url": .string(url), "reached": false, "error": .string(error.message)]
            // Nobody asks them.
            if settings.usesLocal {
                let todo = "not needed while jobs run on this machine"
                return Finding(.hosts, name, .note, words, todo: todo, more: more)
            }
            return Finding(.hosts, name, .fault, words, todo: Self.advice(error.cause), more: more)
        }
    }

    /// Only the queue, or the proxy in its place, is shown the key: of the others any answer will do.
    private func ask(_ name: String, _ url: String) async throws(HTTPError) -> Probe {
        guard showsKey(name), let endpoint = try? EndpointID(settings.defaultEndpoint) else {
            return try await Probe.ask(url, http: http)
        }
        return try await Probe.askWithKey(FalClient(backend: settings.hostedBackend, http: http), endpoint)
    }

    private func showsKey(_ name: String) -> Bool {
        (name == "queue" || name == "proxy") && !settings.usesLocal && settings.hostedBackend.isAuthenticated
    }

    private func reached(_ name: String, _ url: String, _ probe: Probe) -> Finding {
        let milliseconds = Int((probe.seconds * 1_000).rounded())
        let version = probe.isHTTP2 ? ", HTTP/2" : ""
        var words = "\(url) reached in \(milliseconds) ms\(version)"
        var more: JSONObject = [
            "url": .string(url), "reached": true, "http_status": .int(Int64(probe.status)),
            "milliseconds": .int(Int64(milliseconds)), "http2": .bool(probe.isHTTP2),
        ]
        guard showsKey(name) else { return Finding(.hosts, name, .ok, words, more: more) }
        switch probe.status {
        case 401, 403:
            more["key_accepted"] = false
            let whose = name == "proxy" ? "the call" : "the key"
            return Finding(
                .hosts, name, .fault, "\(url) refuses \(whose) (HTTP \(probe.status)): \(probe.message)",
                todo: name == "proxy"
                    ? "see to the proxy's own key, and to what it lets through"
                    : "make a new key at https://fal.ai/dashboard/keys; see to its scope and to the account's balance",
                more: more
            )
        case 407, 500...:
            return Finding(
                .hosts, name, .fault, "\(url) answers HTTP \(probe.status): \(probe.message)",
                todo: probe.status == 407
                    ? "a proxy of the environment wants a password" : "https://status.fal.ai says more",
                more: more
            )
        default:
            more["key_accepted"] = true
            words += name == "proxy" ? ", and lets calls through" : ", and takes the key"
            return Finding(.hosts, name, .ok, words, more: more)
        }
    }

    private static func advice(_ cause: HTTPError.Cause) -> String {
        switch cause {
        case .badURL: "the URL comes from FAL_RUN_URL, FAL_QUEUE_URL, FAL_REST_URL or --proxy-url: put it right"
        case .resolve: "is the name spelt right, and is there a network? Behind a proxy, set https_proxy"
        case .connect: "does a firewall keep it from going out? Behind a proxy, set https_proxy"
        case .tls: "see certificates below; where a company's proxy reads along, name its file in SSL_CERT_FILE"
        case .timeout: "a firewall that drops what it does not like? Behind a proxy, set https_proxy"
        default: "try again; --log-level debug tells more"
        }
    }

    // MARK: TLS and proxies

    private var certificates: Finding {
        let usesTLS = [settings.runURL, settings.queueURL, settings.restURL, settings.proxyURL ?? ""].contains {
            $0.hasPrefix("https:")
        }
        func finding(_ mark: Finding.Mark, _ words: String, _ todo: String?, _ more: JSONObject) -> Finding {
            let isNeeded = usesTLS && !settings.usesLocal
            let mark = mark == .fault && !isNeeded ? .note : mark
            return Finding(.hosts, "certificates", mark, words, todo: todo, more: more)
        }
        let library: HTTPLibrary
        do { library = try HTTPLibrary() } catch {
            return finding(.fault, error.description, "apt-get install libcurl4", [:])
        }
        let source = library.certificatesFrom.map { "by \($0)" } ?? "libcurl's own choice"
        var more: JSONObject = [
            "file": library.certificateFile.map(JSON.string) ?? .null,
            "folder": library.certificateFolder.map(JSON.string) ?? .null,
            "source": library.certificatesFrom.map(JSON.string) ?? "libcurl",
        ]
        guard let file = library.certificateFile else {
            guard let folder = library.certificateFolder else {
                return finding(.warning, "none that libcurl names", "apt-get install ca-certificates", more)
            }
            let count = (try? Files.list(folder))?.count ?? 0
            more["count"] = .int(Int64(count))
            return finding(count > 0 ? .ok : .fault, "\(count) files in \(folder), \(source)", nil, more)
        }
        let todo = library.certificatesFrom.map { "\($0) must name a file of certificates (PEM)" }
            ?? "apt-get install ca-certificates"
        let bytes: [UInt8]
        do { bytes = try Files.read(file, limit: 64 << 20) } catch {
            return finding(.fault, error.description, todo, more)
        }
        let count = bytes.withUnsafeBytes { bytes in
            ["-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"].reduce(0) {
                $0 + bytes.ranges(of: Array($1.utf8)).count
            }
        }
        more["count"] = .int(Int64(count))
        if count == 0 { return finding(.fault, "\(file) has no certificate in it, \(source)", todo, more) }
        return finding(.ok, "\(count) in \(file), \(source)", nil, more)
    }

    private var proxies: Finding {
        let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"]
        let found = names.compactMap { name in Environment.get(name).map { (name, Self.shown($0)) } }
        var more = JSONObject()
        for (name, value) in found { more[name] = .string(value) }
        guard !found.isEmpty else { return Finding(.hosts, "proxies", .ok, "none set in the environment") }
        let words = found.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
        return Finding(
            .hosts, "proxies", .note, words,
            todo: "not asked for what stays on this machine, nor for a key in clear text",
            more: ["environment": .object(more)]
        )
    }

    /// Without a user's name and password.
    private static func shown(_ value: String) -> String {
        guard let at = value.lastIndex(of: "@") else { return value }
        let scheme = ["http://", "https://", "socks5://", "socks5h://", "socks4://", "socks4a://"].first {
            value.lowercased().hasPrefix($0)
        }
        return "\(scheme ?? "")…\(value[at...])"
    }
}
