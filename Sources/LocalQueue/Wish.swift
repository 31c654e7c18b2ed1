import FalProtocol
import JSON

/// What the queue is asked for and what it answers.
extension LocalQueue {
    /// What a queue is opened with.
    public struct Options: Sendable {
        /// Everything is kept below it.
        public var folder: String
        /// The engine for every job; nil to choose.
        public var engine: String?
        /// Looked into for engines, before the program's own folder and `PATH`.
        public var engineFolders: [String] = []
        /// Further models.
        public var schemaFolders: [String] = []
        /// Pixels of a video's longer side.
        public var maxSide = 512
        /// Jobs that follow a script and run at once.
        public var maxScripted = 64
        /// How webhooks are called.
        public var webhooks = WebhookPolicy()
        /// What a job may take of the machine.
        public var limits = Limits()

        /// Everything else as usual.
        public init(folder: String) { self.folder = folder }
    }

    /// What a submit asks for beside its input.
    public struct Wish: Sendable {
        /// Whether it waits until no other does.
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

        /// Nothing beside the input.
        public init() {}
    }

    /// What becomes of a submit.
    public enum SubmitOutcome: Sendable {
        case queued(QueueStatus)
        case unknownEndpoint
        case queueFull
    }

    /// The answer of a request that is done.
    public struct Outcome: Sendable {
        /// The status of its answer.
        public let status: Int
        /// The body, our files by their paths.
        public let body: String
        /// The content type of a body that is not JSON.
        public let bodyType: String?
        /// Further headers, by name.
        public let headers: JSONObject
        /// What a program calls its error.
        public let errorType: String?
    }

    /// What there is to say of a result.
    public enum ResultOutcome: Sendable {
        case done(Outcome)
        case notYet
        case expired
        case unknown
    }
}
