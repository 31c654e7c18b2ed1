import JSON

/// The id of a call as a key: two are one only where they are written alike. Swift takes "\u{e9}" and "e\u{301}" for
/// one text; to whoever sent them they are two calls.
struct CallID: Hashable, Sendable {
    private enum Spelling: Hashable {
        case int(Int64)
        case other(ExactText)
    }

    private let spelling: Spelling

    init(_ id: JSON) {
        if case .int(let value) = id { spelling = .int(value) } else { spelling = .other(ExactText(id.text)) }
    }
}
