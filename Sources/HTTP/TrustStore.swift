import Platform

/// The certificates that servers are judged by: the system's, or those that the environment names as it does for
/// `curl` and for fal's Python client.
enum TrustStore {
    static let file = Environment.get("CURL_CA_BUNDLE") ?? Environment.get("SSL_CERT_FILE")
    static let folder = Environment.get("SSL_CERT_DIR")
}
