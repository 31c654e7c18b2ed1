/// The revisions of the Model Context Protocol that are spoken.
enum Revision: String, CaseIterable, Comparable, Sendable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    /// The first without a handshake: each request says what it speaks.
    case july2026 = "2026-07-28"

    static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

    /// Whether it stands in every request, in place of being agreed on by `initialize`.
    var isModern: Bool { self >= .july2026 }
    /// An array of messages existed in one revision only.
    var hasBatches: Bool { self == .march2025 }
    var hasAnnotations: Bool { self >= .march2025 }
    var hasProgressMessages: Bool { self >= .march2025 }
    /// Structured content, output schemas, links to resources and titles came together.
    var hasStructuredContent: Bool { self >= .june2025 }

    static let newestByHandshake = Revision.november2025
    /// The newest first, as they are told.
    static var names: [String] { allCases.reversed().map(\.rawValue) }
    static var modernNames: [String] { allCases.filter(\.isModern).reversed().map(\.rawValue) }
}

/// Keys of `_meta` that the protocol keeps for itself.
enum MetaKey {
    static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    static let clientInfo = "io.modelcontextprotocol/clientInfo"
    static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    static let serverInfo = "io.modelcontextprotocol/serverInfo"
    static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
    /// Ours: what a notification or a link says in numbers.
    static let job = "fal-bridge/job"
    static let media = "fal-bridge/media"
}

/// The extension for long work.
enum TasksExtension {
    static let name = "io.modelcontextprotocol/tasks"
}
