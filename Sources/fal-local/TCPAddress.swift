import LocalQueue

/// A loopback address with a port: what may be listened at.
struct TCPAddress {
    let host: String
    let port: Int

    init?(_ text: String) {
        guard let place = Loopback(text), let port = place.port, place.host != "[::1]" else { return nil }
        host = place.host == "localhost" ? "127.0.0.1" : place.host
        self.port = Int(port)
    }
}
