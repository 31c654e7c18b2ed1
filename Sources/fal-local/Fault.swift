import JSON
import LocalQueue

/// A fault that is switched on: which requests it befalls, and what happens to them.
struct Fault: Sendable {
    enum Drop: String, Sendable {
        /// The connection is closed in place of acting on the request.
        case before
        /// The request is acted on, and its connection closed in place of an answer.
        case after
    }

    /// `*` for any.
    let method: String
    let path: Glob
    /// Requests that pass before the first that it befalls.
    var skip = 0
    /// How often; nil for always.
    var times: Int?
    /// Seconds before anything happens.
    var delay = 0.0
    var drop: Drop?
    /// What is answered without acting on the request.
    var status: Int?
    var body: JSON?
    /// Headers of that answer, or added to the real one.
    var headers: JSONObject = [:]
    /// Members that the real answer's JSON gets, in place of its own.
    var set: JSONObject = [:]
    /// What happens to the bytes of the answer, and of the request.
    var output = Shape()
    var input = Shape()

    /// A short form of the same, for the command line: `METHOD /path status=503 times=2 retry-after=1`.
    init?(rule: String) {
        let words = rule.split(separator: " ").map(String.init)
        guard words.count >= 3, words[1].hasPrefix("/"), let path = Glob(words[1]) else { return nil }
        method = words[0]
        self.path = path
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let number = Double(parts[1]), (0...1e9).contains(number) else { return nil }
            switch parts[0] {
            case "status":
                guard Self.statuses.contains(Int(number)) else { return nil }
                status = Int(number)
            case "retry-after": headers["Retry-After"] = .string("\(Int(number))")
            case "delay": delay = number
            case "drop": drop = number > 0 ? .after : nil
            case "cut": output.cut = Int64(number)
            case "times": times = Int(number)
            default: return nil
            }
        }
    }

    /// A rule of a faults file.
    init(_ json: JSON) throws(FaultPlan.Malformed) {
        var reader = try MemberReader(json, in: "a rule")
        let words = try (reader.text("on") ?? "").split(separator: " ").map(String.init)
        guard words.count == 2, words[1].hasPrefix("/"), let path = Glob(words[1]) else {
            throw FaultPlan.Malformed("a rule has \"on\": \"METHOD /path\"")
        }
        method = words[0]
        self.path = path
        skip = try reader.whole("skip", 0...1_000_000_000) ?? 0
        times = try reader.whole("times", 0...1_000_000_000)
        delay = try reader.number("delay", 0...86_400) ?? 0
        status = try reader.whole("status", Int64(Self.statuses.lowerBound)...Int64(Self.statuses.upperBound))
        body = reader.value("body")
        headers = try reader.texts("headers")
        set = try reader.object("set")
        if let word = reader.value("drop") {
            guard let drop = word.stringValue.flatMap(Drop.init) else {
                throw FaultPlan.Malformed("\"drop\" is \"before\" or \"after\"")
            }
            self.drop = drop
        }
        output.cut = try reader.whole("cut", 0...1_000_000_000_000).map { Int64($0) }
        output.rate = try reader.number("rate", 1...1e12)
        output.chunk = try reader.whole("chunk", 1...1_000_000_000)
        output.events = try reader.whole("events", 0...1_000_000_000)
        output.isCRLF = try reader.bool("crlf")
        output.hasComments = try reader.bool("comments")
        input.cut = try reader.whole("cut_request", 0...1_000_000_000_000).map { Int64($0) }
        input.rate = try reader.number("rate_request", 1...1e12)
        try reader.end()
    }

    private static let statuses = 200...599

    /// The page that a gateway in front of fal's servers answers with.
    static func gatewayPage(_ status: Int) -> String {
        let words = [502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"]
        let title = "\(status) \(words[status] ?? "Error")"
        return """
            <html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n\
            <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n
            """
    }
}
