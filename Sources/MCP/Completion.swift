import Bridge
import JSON
import JSONRPC
import Platform

/// `completion/complete`: names of endpoints and ids of jobs, while they are typed.
struct Completion: Sendable {
    let bridge: Bridge

    /// What the protocol allows in one answer.
    private static let maxValues = 100

    private static let styles = [
        "anime", "claymation", "comic book", "cyberpunk neon", "film noir", "impressionist oil painting", "low poly",
        "pixel art", "stop motion", "van gogh style oil painting", "watercolor", "woodblock print",
    ]

    func complete(_ call: Call) async throws(RPCError) -> JSONObject {
        guard let name = call.params["argument"]?["name"]?.stringValue,
            let value = call.params["argument"]?["value"]?.stringValue
        else { throw .invalidParams("argument: name and value are required") }
        let reference = call.params["ref"]
        let candidates: [String]
        switch (reference?["type"]?.stringValue, name) {
        case ("ref/prompt"?, _) where reference?["name"]?.stringValue != Prompts.name:
            throw .invalidParams("ref: no such prompt")
        case ("ref/prompt"?, "endpoint"):
            candidates = bridge.catalog.endpointsBundledFirst.filter { $0.has("animatediff") }
        case ("ref/prompt"?, "style"): candidates = Self.styles
        case ("ref/resource"?, "endpoint"): candidates = bridge.catalog.endpointsBundledFirst
        case ("ref/resource"?, "request_id"): candidates = await bridge.entries(limit: 500).compactMap(\.requestID)
        case ("ref/prompt"?, _), ("ref/resource"?, _): candidates = []
        default: throw .invalidParams("ref: type must be ref/prompt or ref/resource")
        }
        let wanted = value.lowercased()
        // What begins so first, then what has it in it.
        let found = candidates.filter { $0.hasPrefix(wanted) }
            + candidates.filter { !$0.hasPrefix(wanted) && $0.lowercased().has(wanted) }
        return ["completion": [
            "values": .array(found.prefix(Self.maxValues).map(JSON.string)), "total": .int(Int64(found.count)),
            "hasMore": .bool(found.count > Self.maxValues),
        ]]
    }
}
