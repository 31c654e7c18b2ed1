import CCurl
import Glibc
import Platform

/// Keeps an exchange from leading to this machine or a private network.
extension Transfer {
    /// Looks at each address before it is connected to, also that of a redirect.
    ///
    /// Behind a proxy that the environment names it is the proxy that looks names up; what is seen from here is how
    /// the URL and its redirects are written (`checkRedirect`), and that nothing private but the proxy is connected to.
    func setGuard(_ handle: CurlLibrary.Handle, _ context: UnsafeMutableRawPointer) throws(HTTPError) {
        if let objection = HostAddress.objection(toURL: request.url) { throw Self.refused(objection) }
        guard library.set(handle, CURLOPT_OPENSOCKETDATA, pointer: context),
            fb_setopt_socket(library.easySetopt, handle, { Transfer.openSocket($0, $2) }) == CURLE_OK
        else { throw HTTPError(.badURL, message: "libcurl cannot look at addresses") }
    }

    /// Judges where a redirect leads, as far as it is written.
    /// - Returns: whether it may be followed.
    func checkRedirect(_ header: String, _ value: String) -> Bool {
        guard request.refusesPrivateAddresses, (300..<400).contains(lineStatus), header.lowercased() == "location",
            let objection = HostAddress.objection(toRedirect: value)
        else { return true }
        refuse(Self.refused("it is redirected, and \(objection)"))
        return false
    }

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
        let raw = (UnsafeRawPointer(address) + offset).assumingMemoryBound(to: sockaddr.self)
        let isAllowed = HostAddress.isPublic(raw)
            || transfer.request.mayUseProxy && EnvironmentProxy.hasAddress(raw)
        guard isAllowed else {
            transfer.refuse(refused("it leads to an address of this machine or a private network"))
            return CURL_SOCKET_BAD
        }
        let type = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, type, address.pointee.protocol)
    }
}
