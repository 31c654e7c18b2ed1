/// What is wrong with a schema itself.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A JSON Pointer to the place in the schema document; in another document than the first, with its URI and `#`
    /// before it.
    public let pointer: String
    public let message: String

    public var description: String { "\(message) at \(pointer.isEmpty ? "the root" : pointer)" }
}
