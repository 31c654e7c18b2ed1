import LocalQueue

/// A pattern for paths: `*` stands for anything within a part, `**` for anything at all, a last `$` for the end.
struct Glob: Sendable {
    private enum Step: Equatable {
        case byte(UInt8)
        case part
        case anything
    }

    private let steps: [Step]
    private let isAnchored: Bool

    /// Bytes, and stars: what they cost to match grows with each.
    private static let maxBytes = 512
    private static let maxStars = 8

    /// - Parameter isWhole: whether it must match to the end also without a `$`.
    /// - Returns: nil for a pattern that is too long.
    init?(_ pattern: String, isWhole: Bool = false) {
        var bytes = Array(pattern.utf8)
        isAnchored = isWhole || bytes.last == UInt8(ascii: "$")
        if bytes.last == UInt8(ascii: "$") { bytes.removeLast() }
        var steps: [Step] = []
        for byte in bytes {
            switch (byte, steps.last) {
            case (UInt8(ascii: "*"), .part): steps[steps.count - 1] = .anything
            case (UInt8(ascii: "*"), _): steps.append(.part)
            default: steps.append(.byte(byte))
            }
        }
        let stars = steps.count { $0 == .part || $0 == .anything }
        guard bytes.count <= Self.maxBytes, stars <= Self.maxStars else { return nil }
        self.steps = steps
    }

    func matches(_ text: String) -> Bool { matches(Array(text.utf8)[...], steps[...]) }

    private func matches(_ text: ArraySlice<UInt8>, _ steps: ArraySlice<Step>) -> Bool {
        var text = text
        var steps = steps
        while let step = steps.first {
            steps = steps.dropFirst()
            if case .byte(let byte) = step {
                guard text.first == byte else { return false }
                text = text.dropFirst()
                continue
            }
            while true {
                if matches(text, steps) { return true }
                guard let byte = text.first, step == .anything || byte != UInt8(ascii: "/") else { return false }
                text = text.dropFirst()
            }
        }
        return !isAnchored || text.isEmpty
    }
}

extension MemberReader {
    /// A list of patterns for whole texts; empty where nothing is said.
    mutating func patterns(_ name: String) throws(Malformed) -> [Glob] {
        try array(name).map { json throws(Malformed) in
            guard let glob = json.stringValue.flatMap({ Glob($0, isWhole: true) }) else {
                throw Malformed("\"\(name)\" is a list of patterns")
            }
            return glob
        }
    }
}
