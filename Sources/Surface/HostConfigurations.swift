import JSON

/// A program that starts the bridge, and the lines that tell it to.
public struct HostConfiguration: Sendable {
    /// How its makers write it.
    public let name: String
    /// One word for it, for a command line: `claude-code`.
    public let word: String
    /// Where the lines go: paths as people write them, from the home folder or from the project's own.
    public let files: [String]
    /// What the text is written in, as a fence of Markdown names it.
    public let language: String
    /// What else there is to know; a sentence or none.
    public let note: String?
    /// Whether it starts the bridge in no folder of the user's, so that a root must be named.
    public let needsRoot: Bool

    private let form: Form

    private enum Form: Sendable {
        /// A JSON object of servers under this key, each with these members besides `command` and `args`.
        case servers(key: String, more: JSONObject)
        case toml
        case lua
    }

    /// What a text says where a root must be named and none is known.
    public static let placeholder = "/folder/of/your/clips"

    /// The lines, whole: a file that has nothing else in it may be made of them.
    /// - Parameters:
    ///   - program: the bridge's path. Hosts search other folders than a shell does, so an absolute one is best.
    ///   - root: the folder that may be read and written; nil for what the host says, or the folder it starts in.
    ///   - keyFile: a file that holds the key. Hosts hand on few variables of the environment, and `FAL_KEY` is
    ///     seldom among them.
    public func text(program: String, root: String? = nil, keyFile: String? = nil) -> String {
        var words: [String] = []
        if let root = root ?? (needsRoot ? Self.placeholder : nil) { words += ["--root", root] }
        if let keyFile { words += ["--key-file", keyFile] }
        switch form {
        case .servers(let key, let more):
            var server = more
            server["command"] = .string(program)
            server["args"] = .array((["mcp"] + words).map(JSON.string))
            let document: JSON = .object([key: ["fal": .object(server)]])
            return document.prettyText + "\n"
        case .toml: return Self.toml(program, ["mcp"] + words)
        case .lua: return Self.lua(program, ["serve"] + words)
        }
    }

    private static func toml(_ program: String, _ words: [String]) -> String {
        // A JSON string is a basic string of TOML, too.
        func quoted(_ text: String) -> String { JSON.string(text).text }
        return """
            [mcp_servers.fal]
            command = \(quoted(program))
            args = [\(words.map(quoted).joined(separator: ", "))]
            tool_timeout_sec = 120

            """
    }

    /// For Neovim 0.7 and later, whose `start` took the program and its words apart at first.
    private static func lua(_ program: String, _ words: [String]) -> String {
        func quoted(_ text: String) -> String {
            var result = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"", "\\": result += "\\" + String(scalar)
                case "\n": result += "\\n"
                case "\r": result += "\\r"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result + "\""
        }
        let list = words.map(quoted).joined(separator: ", ")
        return """
            -- The methods of the JSON-RPC surface: require("fal").request("models", {}, function(error, result) end)
            local command = { \(quoted(program)), \(list) }
            local function tell(method, params) vim.notify(method .. " " .. vim.inspect(params)) end
            local started, fal = pcall(vim.lsp.rpc.start, command, { notification = tell })
            if not started then fal = vim.lsp.rpc.start(table.remove(command, 1), command, { notification = tell }) end
            return fal

            """
    }

    /// The word's host; nil where there is none.
    public static func named(_ word: String) -> HostConfiguration? { all.first { $0.word == word } }

    /// Every host, in the order in which they are shown.
    public static let all: [HostConfiguration] = [
        HostConfiguration(
            name: "Claude Desktop", word: "claude-desktop",
            files: [
                "~/Library/Application Support/Claude/claude_desktop_config.json",
                "~/.config/Claude/claude_desktop_config.json",
            ],
            language: "json", note: "It names no folder, so --root says where clips are read and results are saved.",
            needsRoot: true, form: .servers(key: "mcpServers", more: [:])
        ),
        HostConfiguration(
            name: "Claude Code", word: "claude-code", files: [".mcp.json"], language: "json",
            note: "In the project's folder, which is also the root.", needsRoot: false,
            form: .servers(key: "mcpServers", more: ["type": "stdio"])
        ),
        HostConfiguration(
            name: "Cursor", word: "cursor", files: [".cursor/mcp.json", "~/.cursor/mcp.json"], language: "json",
            note: nil, needsRoot: false, form: .servers(key: "mcpServers", more: [:])
        ),
        HostConfiguration(
            name: "VS Code", word: "vscode", files: [".vscode/mcp.json"], language: "json",
            note: "It says which folders are open, and they are the roots.", needsRoot: false,
            form: .servers(key: "servers", more: ["type": "stdio"])
        ),
        HostConfiguration(
            name: "Zed", word: "zed", files: [".zed/settings.json", "~/.config/zed/settings.json"], language: "json",
            note: nil, needsRoot: false, form: .servers(key: "context_servers", more: ["source": "custom"])
        ),
        HostConfiguration(
            name: "codex", word: "codex", files: ["~/.codex/config.toml", ".codex/config.toml"], language: "toml",
            note: nil, needsRoot: false, form: .toml
        ),
        HostConfiguration(
            name: "Neovim", word: "neovim", files: ["~/.config/nvim/lua/fal.lua"], language: "lua",
            note: "Not as an agent's tools: the JSON-RPC surface itself, by its client for language servers.",
            needsRoot: false, form: .lua
        ),
    ]
}
