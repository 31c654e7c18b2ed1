import Bridge
import FalProtocol
import Generator
import JSONRPC
import Platform
import Surface

/// The command line as it was written: a subcommand, words, and flags by the table below.
struct Arguments {
    /// Something on the command line that cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// Help, completions and the reference page are made from this.
    static let table = CommandTable(
        program: Product.name, version: Product.version, summary: "runs generative-video jobs for other programs",
        commands: [
            .init("serve", "JSON-RPC 2.0 on stdin and stdout (the default)"),
            .init("mcp", "the same as an MCP server, for agents: what a host starts"),
            .init(
                "run", "one job, with a progress bar: run [ENDPOINT] --input KEY=VALUE… -o OUT", words: [.endpoint]
            ),
            .init(
                "schema", "the models: schema list, show [ENDPOINT], import FILE.json [-o OUT], check FILE…, "
                    + "validate ENDPOINT|SCHEMA.json FILE…, test-suite FILE…",
                words: [.these(["list", "show", "import", "check", "validate", "test-suite"]), .endpoint]
            ),
            .init(
                "generate", "documents and types from the schemas: generate TARGET [-o FILE|DIR]",
                words: [
                    .these(Target.allCases.map(\.rawValue)),
                    .after(Target.allCases.filter { !$0.variants.isEmpty }.map { .init($0.rawValue, $0.variants) }),
                ]
            ),
            .init("replay", "a recording against this program: replay FILE [FLAGS] [-- FLAGS OF THE PROGRAM]"),
            .init(
                "doctor", "what is found, what is missing, what to do; doctor HOST: what that editor or agent is told",
                words: [.these(HostConfiguration.all.map(\.word))]
            ),
            .init("help", "this text"),
            .init("version", "the version"),
        ],
        flags: [
            .init(
                "backend", "auto|fal|local", "where jobs run; auto means fal where a key is set, else local",
                variable: "FAL_BRIDGE_BACKEND"
            ),
            .init("key-file", "FILE", "a file that holds the key", variable: "FAL_KEY"),
            .init("proxy-url", "URL", "a proxy that holds the key", variable: "FAL_PROXY_URL"),
            .init("schemas", "DIR", "a folder of further model schemas; repeatable", variable: "FAL_BRIDGE_SCHEMAS"),
            .init(
                "state-dir", "DIR", "where state is kept (default: ~/.local/state/fal-bridge)",
                variable: "FAL_BRIDGE_STATE"
            ),
            .init(
                "root", "DIR", "a folder that may be read and written; repeatable (default: the working folder)",
                variable: "FAL_BRIDGE_ROOTS"
            ),
            .init(
                "log-level", "LEVEL", "error, warning, info, debug or trace; on stderr", variable: "FAL_BRIDGE_LOG",
                choices: ["error", "warning", "info", "debug", "trace"]
            ),
            .init("log-format", "text|json", "how log lines look"),
            .init("framing", "lines|headers", "how messages are told apart (default: by the first byte)", ["serve"]),
            .init("max-message-bytes", "N", "bytes of one message (default 67108864)", ["serve", "mcp"]),
            .init("max-in-flight", "N", "calls that run at once (default 1024)", ["serve", "mcp"]),
            .init(
                "tools", "SELECTION", "the tools that are offered: names, models, general, all; -NAME leaves out",
                ["mcp"]
            ),
            .init("max-wait", "SECONDS", "a call waits so long for its job, then has a handle (default 45)", ["mcp"]),
            .init("max-jobs", "N", "jobs of an agent at once (default 4)", ["mcp"]),
            .init("max-jobs-per-hour", "N", "jobs of all agents within an hour (default 60)", ["mcp"]),
            .init(
                "trace", "LEVEL", "off, messages or verbose: what goes over the wire, without secrets",
                ["serve", "mcp"], variable: "FAL_BRIDGE_TRACE", choices: ["off", "messages", "verbose"]
            ),
            .init(
                "trace-file", "FILE", "where --trace writes, in place of stderr", ["serve", "mcp"],
                variable: "FAL_BRIDGE_TRACE_FILE"
            ),
            .init(
                "record", "FILE", "write both directions down, without secrets; {pid} in it is the process's number",
                ["serve", "mcp"], variable: "FAL_BRIDGE_RECORD"
            ),
            .init("exact", nil, "the same bytes in the same order: ids and times, too", ["replay"]),
            .init(
                "ignore", "NAME", "a member, or a notification's method, that may differ; repeatable", ["replay"]
            ),
            .init("wait", "SECONDS", "how long a message is waited for (default 10)", ["replay"]),
            .init(
                "input", "KEY=VALUE", "a member of the input, its type from the schema; repeatable", ["run"], short: "i"
            ),
            .init("input-file", "F.json", "the input as a JSON object; --input adds to it", ["run"]),
            .init("output", "OUT", "the file or folder for what is made", ["run", "generate", "schema"], short: "o"),
            .init("sheet", "S.png", "one picture: frames before and after", ["run"]),
            .init("timeout", "SECONDS", "the job is cancelled after so long", ["run"]),
            .init("logs", nil, "show the model's log lines", ["run"]),
            .init("json", nil, "the answer as JSON on stdout, nothing else", ["run", "doctor"]),
            .init("remotes", "DIR", "for test-suite: the folder of the suite's remotes", ["schema"]),
            .init("assert-formats", nil, "for validate: check each format", ["schema"]),
            .init("repeat", "N", "for validate: check N times, and say how long it took", ["schema"]),
            .init("help", nil, "this text", short: "h"),
            .init("version", nil, "the version"),
        ],
        exitCodes: [
            (0, "a clean end"),
            (1, "exit without shutdown, a run whose job failed, a replay that differs, a doctor who found a fault"),
            (2, "arguments that cannot be used"),
            (70, "a fault of the bridge's own"),
            (130, "a run that was cancelled"),
        ]
    )

    private(set) var command = "serve"
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        if let first = rest.first, !first.hasPrefix("-") {
            guard Self.table.commands.contains(where: { $0.name == first }) else {
                throw Unusable(description: "no command '\(first)'; see fal-bridge help")
            }
            command = first
            rest.removeFirst()
        }
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-" else {
                words.append(argument)
                continue
            }
            if argument == "--" {
                words += rest
                break
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let flag = Self.table.flags.first { flag in
                parts[0] == "--" + flag.name || flag.short.map { argument == "-" + $0 } == true
            }
            guard let flag else { throw Unusable(description: "no flag '\(argument)'; see fal-bridge help") }
            let name = flag.name
            guard flag.commands.isEmpty || flag.commands.contains(command) else {
                throw Unusable(description: "--\(name) does not belong to '\(command)'")
            }
            guard let form = flag.value else {
                values[name] = [""]
                continue
            }
            if parts.count == 2 {
                values[name, default: []].append(String(parts[1]))
            } else if let value = rest.popFirst() {
                values[name, default: []].append(value)
            } else {
                throw Unusable(description: "--\(name) wants a value: \(form)")
            }
        }
        if has("help") { command = "help" }
        if has("version") { command = "version" }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    func all(_ name: String) -> [String] { values[name] ?? [] }
    func last(_ name: String) -> String? { values[name]?.last }

    /// What was said, by the flag or by its variable; an empty one counts as nothing.
    func given(_ name: String) -> String? {
        if let value = last(name) { return value.isEmpty ? nil : value }
        return Self.table.flags.first { $0.name == name }?.variable.flatMap(Environment.get)
    }

    /// The command line anew, without some flags.
    func line(without names: Set<String>) -> [String] {
        var line = [command]
        for flag in Self.table.flags where !names.contains(flag.name) {
            for value in all(flag.name) { line += flag.value == nil ? ["--\(flag.name)"] : ["--\(flag.name)=\(value)"] }
        }
        return words.isEmpty ? line : line + ["--"] + words
    }

    /// A number of seconds.
    func seconds(_ name: String) throws -> Double? {
        guard let text = last(name) else { return nil }
        guard let seconds = Double(text), seconds > 0 else {
            throw Unusable(description: "--\(name): '\(text)' is no number of seconds")
        }
        return seconds
    }

    /// A number from 1.
    func count(_ name: String) throws -> Int? {
        guard let text = last(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw Unusable(description: "--\(name): '\(text)' is no number from 1")
        }
        return number
    }

    /// The settings: the environment's, and what the flags say over them.
    func settings() throws -> Settings {
        var settings = try Settings()
        if let text = last("backend") { settings.backend = try Settings.backend(text) }
        if let path = last("key-file") {
            let bytes: [UInt8]
            do { bytes = try Files.read(path, limit: 65_536) } catch {
                throw Unusable(description: "--key-file \(error.description)")
            }
            let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            settings.credentials = try Settings.credentials(text.trimmingBlanks(), from: "--key-file \(path)")
        }
        if let url = last("proxy-url") { settings.proxyURL = try Settings.url(url, "--proxy-url") }
        settings.schemaFolders += try all("schemas").map { try Settings.schemaFolder($0, "--schemas") }
        if let folder = last("state-dir") { settings.stateFolder = Files.absolute(folder) }
        if has("root") { settings.roots = try Settings.roots(all("root")) }
        return settings
    }

    func configureLog() throws {
        let name = last("log-level") ?? Environment.get("FAL_BRIDGE_LOG") ?? "warning"
        guard let level = Log.Level(name: name) else {
            throw Unusable(description: "no log level '\(name)': error, warning, info, debug or trace")
        }
        let form = last("log-format") ?? "text"
        guard let format = Log.Format(rawValue: form) else {
            throw Unusable(description: "no log format '\(form)': text or json")
        }
        Log.configure(name: Product.name, level: level, format: format)
    }
}
