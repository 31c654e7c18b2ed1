/// What the agents' server was told on its command line.
public struct AgentOptions: Sendable {
    /// Seconds that a call waits for its job before it is answered with a handle. Most hosts give a call 60 s.
    public var maxWait = 45.0
    /// Jobs at once.
    public var maxJobs = 4
    /// Jobs within an hour, of all agents of the state folder.
    public var maxJobsPerHour = 60
    public var tools = ToolSelection()

    public init() {}
}

/// Which tools are offered: names, `models`, `general` or `all`, each with `-` before it to leave it out.
public struct ToolSelection: Sendable {
    private let words: [Substring]

    public init(_ text: String = "all") { words = text.split(whereSeparator: { $0 == "," || $0 == " " }) }

    /// Words that select nothing of what there is.
    func unknown(_ tools: [Tool]) -> [String] {
        words.map(Self.bare).filter { word in
            !["all", "models", "general"].contains(word) && !tools.contains { Self.fits($0, word) }
        }.map(String.init)
    }

    func selects(_ tool: Tool) -> Bool {
        // One that begins by leaving out has all of the rest.
        var isSelected = words.first?.hasPrefix("-") ?? true
        for word in words where Self.fits(tool, Self.bare(word)) { isSelected = !word.hasPrefix("-") }
        return isSelected
    }

    private static func bare(_ word: Substring) -> Substring { word.hasPrefix("-") ? word.dropFirst() : word }

    private static func fits(_ tool: Tool, _ word: Substring) -> Bool {
        switch word {
        case "all": true
        case "models": tool.isModel
        case "general": !tool.isModel
        default: tool.name == word || tool.endpoint.map { $0 == word } ?? false
        }
    }
}
