import FalClient
import FalProtocol
import JSON
import JSONRPC

/// `initialize` and `configure`: who is there, and where calls go.
extension Bridge {
    func initialize(_ call: Call) throws(RPCError) -> JSON {
        if let folders = call.params["roots"]?.arrayValue?.compactMap(\.stringValue) {
            let roots: [String]
            do { roots = try Settings.roots(folders) } catch { throw .invalidParams(error.description) }
            // What the person who starts the program allowed, a client can narrow but not widen.
            let allowed = self.roots(call)
            for root in roots { _ = try allowed.readable(root) }
            change { $0.roots = roots }
        }
        if let pid = call.params["process_id"]?.intValue { watchParent(pid) }
        return introduction
    }

    func configure(_ call: Call) throws(RPCError) -> JSON {
        do throws(Settings.Unusable) {
            try change { (settings: inout Settings) throws(Settings.Unusable) in
                var changed = settings
                if let key = call.params["credentials"] {
                    changed.credentials = try key.stringValue.map { text throws(Settings.Unusable) in
                        try Settings.credentials(text, from: "credentials")
                    }
                }
                if let text = call.params["backend"]?.stringValue { changed.backend = try Settings.backend(text) }
                if let url = call.params["proxy_url"] {
                    changed.proxyURL = try url.stringValue.map { text throws(Settings.Unusable) in
                        try Settings.url(text, "proxy_url")
                    }
                }
                if let id = call.params["default_endpoint"]?.stringValue {
                    do throws(EndpointID.Malformed) { changed.defaultEndpoint = try EndpointID(id).description } catch {
                        throw Settings.Unusable("default_endpoint: \(error.description)")
                    }
                }
                settings = changed
            }
        } catch {
            throw .invalidParams(error.description)
        }
        return introduction
    }

    private var introduction: JSON {
        let backend = backend
        return [
            "server": ["name": .string(Product.name), "version": .string(Product.version)],
            "protocol_version": 1,
            "backend": [
                "kind": .string(backend.kind.rawValue), "url": .string(backend.url),
                "authenticated": .bool(backend.isAuthenticated),
            ],
            "default_endpoint": .string(current.defaultEndpoint),
            "endpoints": .array(catalog.endpoints.map(JSON.string)),
            "capabilities": [
                "methods": .array(methods.map { .string($0.name) }),
                "modes": ["auto", "polling", "streaming"],
            ],
        ]
    }
}
