import FalClient
import HTTP
import JSON
import JSONRPC
import Platform

/// URLs that somebody names who must not reach this machine or its network through us, or through who fetches for us.
extension Bridge {
    /// Refuses an input that names such a URL anywhere, be it where the schema has a file or not.
    func checkOutward(_ input: JSON, _ client: FalClient) async throws(RPCError) {
        var urls: [String] = []
        Self.collect(input, &urls)
        for url in urls { try await checkOutward(url, client) }
    }

    /// Refuses a URL that leads to this machine or a private network, but for the backend's own hosts: what was
    /// uploaded stands there.
    func checkOutward(_ url: String, _ client: FalClient) async throws(RPCError) {
        guard !client.backend.hasURL(url) else { return }
        if let objection = HostAddress.objection(toURL: url) { throw Self.inward(url, objection) }
        // Who fetches it is another process on this machine, which would be led wherever the name leads.
        guard client.backend.kind == .local, let host = HostAddress.host(ofURL: url) else { return }
        let isPrivate = await onThread { HostAddress.resolvesPrivately(host) }
        if isPrivate { throw Self.inward(url, "\(host) leads to an address of this machine or a private network") }
    }

    private static func inward(_ url: String, _ reason: String) -> RPCError {
        RPCError(
            code: 1001, kind: "outside_roots",
            message: "\(url.prefix(200)) is not used for an agent: \(reason). Give a local file's path, or a public URL"
        )
    }

    private static func collect(_ value: JSON, _ urls: inout [String]) {
        switch value {
        case .string(let text):
            // Readers of URLs strip what cannot be seen before one, and take line breaks and tabs out of it.
            var seen = String.UnicodeScalarView()
            seen.append(contentsOf: text.unicodeScalars.drop { $0.value <= 0x20 || $0.properties.isWhitespace }
                .filter { $0 != "\t" && $0 != "\n" && $0 != "\r" })
            let text = String(seen)
            // Of any scheme: what a server makes of `ftp://` or `HTTP://` is not for us to guess.
            let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            if !scheme.isEmpty, scheme.count <= 32, text.dropFirst(scheme.count).hasPrefix("://"),
                scheme.lowercased() != "file"
            {
                urls.append(text)
            }
        case .array(let elements): for element in elements { collect(element, &urls) }
        case .object(let members): for member in members { collect(member.value, &urls) }
        default: break
        }
    }
}
