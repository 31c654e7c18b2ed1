import FalProtocol
import JSON

/// What the queue is asked for and what it answers.
extension LocalQueue {
    public struct Options: Sendable {
        /// Everything is kept below it.
        public var folder: String
        /// The engine for every job; nil to choose.
        public var engine: String?
        /// Looked into for engines, before the program's own folder and `PATH`.
        public var engineFolders: [String] = []
        public var schemaFolders: [String] = []
        /// Pixels of a video's longer side.
        public var maxSide = 512
        /// Jobs that follow a script and run at once.
        public var maxScripted = 64
        public var webhooks = WebhookPolicy()
        public var limits = Limits()

        public init(folder: String) { self.folder = folder }
    }

    /// What a submit asks for beside its input.
    public struct Wish: Sendable {
        public var isLow = false
        /// Seconds in which the run must have started.
        public var startTimeout: Double?
        /// The submit is refused when more wait.
        public var maxQueueLength: Int?
        /// What is played in place of an engine.
        public var script: Script?
        /// fal's lifecycle of what the model produces, as its header has it.
        public var lifecycle: String?
        /// Whether the input and the result are kept for longer than it takes to fetch them.
        public var keepsIO = true
        /// Whether it may be run again when its runner goes away.
        public var isRetried = true
        /// What to call at the end, and the URL that our files' paths are put after.
        public var webhook: (url: String, base: String)?

        public init() {}
    }

    public enum SubmitOutcome: Sendable {
        case queued(QueueStatus)
        case unknownEndpoint
        case queueFull
    }

    /// The answer of a request that is done.
    public struct Outcome: Sendable {
        public let status: Int
        public let body: String
        /// The content type of a body that is not JSON.
        public let bodyType: String?
        public let headers: JSONObject
        public let errorType: String?
    }

    public enum ResultOutcome: Sendable {
        case done(Outcome)
        case notYet
        case expired
        case unknown
    }
}
