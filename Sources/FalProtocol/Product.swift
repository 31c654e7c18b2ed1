/// What we call ourselves.
public enum Product {
    public static let name = "fal-bridge"
    public static let version = "0.1.0"
    /// The host name that `fal-local` has in URLs; it is reached by its socket, never by a look-up.
    public static let localHost = "fal-local"
}
