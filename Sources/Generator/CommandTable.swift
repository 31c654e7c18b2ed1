/// The command line as data: help, completions and the reference page are made from it.
public struct CommandTable: Sendable {
    public struct Command: Sendable {
        public let name: String
        public let help: String
        /// What may come after it: each a list of words that may stand there, or of their kind.
        public let words: [Words]

        public init(_ name: String, _ help: String, words: [Words] = []) {
            self.name = name
            self.help = help
            self.words = words
        }
    }

    /// What may stand in a place.
    public enum Words: Sendable, Hashable {
        case these([String])
        /// By the word before.
        case after([After])
        /// A model that is known.
        case endpoint
    }

    /// A word, and those that may follow it.
    public struct After: Sendable, Hashable {
        let word: String
        let words: [String]

        public init(_ word: String, _ words: [String]) {
            self.word = word
            self.words = words
        }
    }

    public struct Flag: Sendable {
        public let name: String
        /// One letter that says the same.
        public let short: String?
        /// What it takes, such as `FILE` or `lines|headers`; nil for a switch.
        public let value: String?
        public let help: String
        /// The commands that take it; none means all.
        public let commands: [String]
        /// The variable of the environment that says the same.
        public let variable: String?
        /// The words that it may take, where these are few.
        let choices: [String]

        /// - Parameter choices: nil to take them from `value`, where that is written so: `lines|headers`.
        public init(
            _ name: String, _ value: String? = nil, _ help: String, _ commands: [String] = [], short: String? = nil,
            variable: String? = nil, choices: [String]? = nil
        ) {
            let parts = (value ?? "").split(separator: "|").map(String.init)
            self.choices = choices ?? (parts.count > 1 ? parts : [])
            self.name = name
            self.short = short
            self.value = value
            self.help = help
            self.commands = commands
            self.variable = variable
        }

        /// Whether a file or a folder is wanted.
        var isPath: Bool { value.map { ["FILE", "DIR", "OUT"].contains($0) || $0.contains(".") } ?? false }
    }

    public let program: String
    public let version: String
    public let summary: String
    public let commands: [Command]
    public let flags: [Flag]
    public let exitCodes: [(code: Int, meaning: String)]

    public init(
        program: String, version: String, summary: String, commands: [Command], flags: [Flag],
        exitCodes: [(code: Int, meaning: String)]
    ) {
        self.program = program
        self.version = version
        self.summary = summary
        self.commands = commands
        self.flags = flags
        self.exitCodes = exitCodes
    }

    /// The flags that a command takes.
    func flags(of command: String) -> [Flag] {
        flags.filter { $0.commands.isEmpty || $0.commands.contains(command) }
    }

    /// The flags of all commands, then those that some have in common, each with a heading.
    private var groups: [(title: String, flags: [Flag])] {
        var groups: [(title: String, flags: [Flag])] = []
        for flag in flags {
            let title = flag.commands.isEmpty ? "flags" : "flags of " + flag.commands.joined(separator: " and ")
            if let index = groups.firstIndex(where: { $0.title == title }) {
                groups[index].flags.append(flag)
            } else {
                groups.append((title, [flag]))
            }
        }
        return groups
    }

    /// What `help` prints.
    public var help: String {
        var text = "\(program) \(version): \(summary)\n\nusage: \(program) [COMMAND] [FLAGS]\n\ncommands\n"
        for command in commands {
            text += "  \(Self.pad(command.name, 28))\(command.help)\n"
            if case .these(let words)? = command.words.first {
                text += "  \(Self.pad("", 28))one of \(words.joined(separator: ", "))\n"
            }
        }
        for group in groups {
            text += "\n\(group.title)\n"
            for flag in group.flags {
                let names = "--\(flag.name)" + (flag.value.map { " \($0)" } ?? "")
                let also = [flag.short.map { "-\($0)" }, flag.variable].compactMap(\.self).joined(separator: ", ")
                text += "  \(Self.pad(names, 28))\(flag.help)\(also.isEmpty ? "" : " (\(also))")\n"
            }
        }
        return text
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
