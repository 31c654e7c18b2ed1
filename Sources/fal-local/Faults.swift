import Synchronization

/// A fault that was switched on for a test: `METHOD /path status=503 times=2 retry-after=1`.
struct Fault: Sendable {
    let method: String
    let path: String
    var status: Int?
    var retryAfter: Int?
    /// Seconds before the answer.
    var delay = 0.0
    /// Whether the connection is closed in place of an answer, after the request was acted on.
    var isDropped = false
    /// Bytes of a file after which the connection is closed.
    var cut: Int64?
    /// How often; nil for always.
    var times: Int?

    init?(_ rule: String) {
        let words = rule.split(separator: " ").map(String.init)
        guard words.count >= 3, words[1].hasPrefix("/") else { return nil }
        method = words[0]
        path = words[1]
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let number = Double(parts[1]), (0...1e9).contains(number) else { return nil }
            switch parts[0] {
            case "status": status = Int(number)
            case "retry-after": retryAfter = Int(number)
            case "delay": delay = number
            case "drop": isDropped = number > 0
            case "cut": cut = Int64(number)
            case "times": times = Int(number)
            default: return nil
            }
        }
    }
}

/// The faults that are on, counted down as they happen.
final class Faults: Sendable {
    private let rules: Mutex<[Fault]>

    init(_ rules: [Fault]) { self.rules = Mutex(rules) }

    /// The fault for a request, if one is due.
    func next(_ method: String, _ path: String) -> Fault? {
        rules.withLock { rules in
            guard
                let index = rules.firstIndex(where: { $0.method == method && path.hasPrefix($0.path) && $0.times != 0 })
            else { return nil }
            if let times = rules[index].times { rules[index].times = times - 1 }
            return rules[index]
        }
    }
}
