import Platform

/// The certificates that servers are judged by: the system's, or those that the environment names, as `curl`
/// and Python's clients have it.
enum TrustStore {
    static let file = Environment.get("SSL_CERT_FILE") ?? Environment.get("CURL_CA_BUNDLE")
    static let folder = Environment.get("SSL_CERT_DIR")
    /// The first of these that is set.
    static let variable = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"].first { Environment.get($0) != nil }
}
