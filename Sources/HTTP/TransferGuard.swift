import CCurl
import Glibc
import Platform

/// Keeps an exchange from leading to this machine or a private network.
extension Transfer {
    /// Looks at each address before it is connected to, also that of a redirect.
    func setGuard(_ handle: CurlLibrary.Handle, _ context: UnsafeMutableRawPointer) throws(HTTPError) {
        if let objection = HostAddress.objection(toURL: request.url) { throw Self.refused(objection) }
        // A proxy of the user's may be anywhere, and it is the proxy that looks names up.
        if request.mayUseProxy, Self.hasProxy { return }
        guard library.set(handle, CURLOPT_OPENSOCKETDATA, pointer: context),
            fb_setopt_socket(library.easySetopt, handle, { Transfer.openSocket($0, $2) }) == CURLE_OK
        else { throw HTTPError(.badURL, message: "libcurl cannot look at addresses") }
    }

    private static let hasProxy = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        .contains { Environment.get($0) != nil }

    private static func refused(_ reason: String) -> HTTPError {
        HTTPError(.forbidden, message: "refused: \(reason)")
    }

    private static func openSocket(
        _ context: UnsafeMutableRawPointer?, _ address: UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t {
        // Not by the member itself: an address of IPv6 is longer than what C calls one.
        guard let transfer = transfer(context), let address,
            let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
        else { return CURL_SOCKET_BAD }
        let raw = UnsafeRawPointer(address) + offset
        guard HostAddress.isPublic(raw.assumingMemoryBound(to: sockaddr.self)) else {
            transfer.refuse(refused("it leads to an address of this machine or a private network"))
            return CURL_SOCKET_BAD
        }
        let type = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, type, address.pointee.protocol)
    }
}
