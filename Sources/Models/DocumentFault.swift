/// Something that is wrong with a document, and where.
public struct DocumentFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What an importer may do about it.
    enum Kind: Sendable {
        /// The document cannot be used.
        case broken
        /// Said beside what counts, and can be left out: an example, an order.
        case superfluous
    }

    /// A JSON Pointer into the document.
    public let pointer: String
    /// A sentence for people.
    public let message: String
    let kind: Kind

    init(_ pointer: String, _ message: String, _ kind: Kind = .broken) {
        self.pointer = pointer
        self.message = message
        self.kind = kind
    }

    public var description: String { "\(message) at \(pointer.isEmpty ? "the root" : pointer)" }
}
