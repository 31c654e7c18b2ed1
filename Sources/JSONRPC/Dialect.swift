/// What differs between the protocols that are JSON-RPC 2.0, as data: the dispatcher is the same for all.
public struct Dialect: Sendable {
    /// A notification that cancels a call in flight.
    public struct Cancel: Sendable {
        let method: String
        /// The member of its params that holds the call's id.
        let member: String
        /// Whether the call is answered all the same. If not, nothing more is said for it: no answer, no notification.
        let isAnswered: Bool

        public init(_ method: String, member: String, isAnswered: Bool) {
            self.method = method
            self.member = member
            self.isAnswered = isAnswered
        }
    }

    /// What an id may be.
    public enum IDs: Sendable {
        /// As JSON-RPC has it: a text, a number, null.
        case any
        case textOrInteger
    }

    /// The reply policy follows the message that did the cancelling.
    public var cancels: [Cancel]
    public var ids: IDs
    /// Whether the request `shutdown` and the notification `exit` end it.
    public var hasShutdown: Bool
    /// Whether a call that only waits is answered when the input has ended. Some peers that close their end stop
    /// reading at the same time, and fail at an answer.
    public var answersAfterInput: Bool
    /// How messages are told apart; nil for what the first byte says.
    public var framing: Framing?
    /// Whether an array of messages is a batch. Asked for each, as the two sides may come to agree on it.
    public var takesBatches: @Sendable () -> Bool

    public init(
        cancels: [Cancel], ids: IDs = .any, hasShutdown: Bool = true, answersAfterInput: Bool = true,
        framing: Framing? = nil,
        takesBatches: @escaping @Sendable () -> Bool = { true }
    ) {
        self.cancels = cancels
        self.ids = ids
        self.hasShutdown = hasShutdown
        self.answersAfterInput = answersAfterInput
        self.framing = framing
        self.takesBatches = takesBatches
    }

    /// JSON-RPC 2.0 with what the Language Server Protocol adds to it.
    public static let plain = Dialect(cancels: [Cancel("$/cancelRequest", member: "id", isAnswered: true)])
}
