import Bridge
import FalProtocol
import JSONRPC
import Platform

/// The command line as it was written: a subcommand, words, and flags by the table below.
struct Arguments {
    /// Something on the command line that cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    enum Kind {
        case switched
        case value(String)
    }

    /// A flag: its name, what it takes, and what it is for. Help is made from it.
    struct Flag {
        let name: String
        let kind: Kind
        let help: String
        /// The subcommands that take it; none means all.
        let commands: [String]

        init(_ name: String, _ kind: Kind, _ help: String, _ commands: [String] = []) {
            self.name = name
            self.kind = kind
            self.help = help
            self.commands = commands
        }
    }

    static let commands: [(name: String, help: String)] = [
        ("serve", "JSON-RPC 2.0 on stdin and stdout (the default)"),
        ("run", "one job, with a progress bar: run [ENDPOINT] --input KEY=VALUE… -o OUT"),
        ("schema", "what a model takes and gives: schema list, schema show [ENDPOINT]"),
        ("help", "this text"),
        ("version", "the version"),
    ]

    static let flags: [Flag] = [
        Flag("backend", .value("auto|fal|local"), "where jobs run; auto means fal where a key is set, else local"),
        Flag("key-file", .value("FILE"), "a file that holds the key (else FAL_KEY)"),
        Flag("proxy-url", .value("URL"), "a proxy that holds the key"),
        Flag("schemas", .value("DIR"), "a folder of further model schemas; repeatable"),
        Flag("state-dir", .value("DIR"), "where state is kept (default: ~/.local/state/fal-bridge)"),
        Flag("root", .value("DIR"), "a folder that may be read and written; repeatable (default: the working folder)"),
        Flag("log-level", .value("LEVEL"), "error, warning, info, debug or trace; on stderr"),
        Flag("log-format", .value("text|json"), "how log lines look"),
        Flag("framing", .value("lines|headers"), "how messages are told apart (default: by the first byte)", ["serve"]),
        Flag("max-message-bytes", .value("N"), "bytes of one message (default 67108864)", ["serve"]),
        Flag("max-in-flight", .value("N"), "calls that run at once (default 1024)", ["serve"]),
        Flag("input", .value("KEY=VALUE"), "a member of the input, its type from the schema; repeatable", ["run"]),
        Flag("input-file", .value("F.json"), "the input as a JSON object; --input adds to it", ["run"]),
        Flag("output", .value("OUT"), "the file or folder for the result (-o)", ["run"]),
        Flag("sheet", .value("S.png"), "one picture: frames before and after", ["run"]),
        Flag("timeout", .value("SECONDS"), "the job is cancelled after so long", ["run"]),
        Flag("logs", .switched, "show the model's log lines", ["run"]),
        Flag("json", .switched, "the answer as JSON on stdout, nothing else", ["run"]),
        Flag("help", .switched, "this text (-h)"),
        Flag("version", .switched, "the version"),
    ]

    private(set) var command = "serve"
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        if let first = rest.first, !first.hasPrefix("-") {
            guard Self.commands.contains(where: { $0.name == first }) else {
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
            let short = ["-o": "--output", "-h": "--help", "-i": "--input"][argument] ?? argument
            let parts = short.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            guard short.hasPrefix("--"), let flag = Self.flags.first(where: { $0.name == name }) else {
                throw Unusable(description: "no flag '\(argument)'; see fal-bridge help")
            }
            guard flag.commands.isEmpty || flag.commands.contains(command) else {
                throw Unusable(description: "--\(name) does not belong to '\(command)'")
            }
            switch flag.kind {
            case .switched: values[name] = [""]
            case .value(let form):
                if parts.count == 2 {
                    values[name, default: []].append(String(parts[1]))
                } else if let value = rest.popFirst() {
                    values[name, default: []].append(value)
                } else {
                    throw Unusable(description: "--\(name) wants a value: \(form)")
                }
            }
        }
        if has("help") { command = "help" }
        if has("version") { command = "version" }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    func all(_ name: String) -> [String] { values[name] ?? [] }
    func last(_ name: String) -> String? { values[name]?.last }

    /// A number from 1.
    func count(_ name: String) throws -> Int? {
        guard let text = last(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw Unusable(description: "--\(name): '\(text)' is no number from 1")
        }
        return number
    }

    static var help: String {
        var text = "fal-bridge \(Product.version): runs generative-video jobs for other programs\n\n"
        text += "usage: fal-bridge [COMMAND] [FLAGS]\n\ncommands\n"
        for command in commands { text += "  \(pad(command.name, 28))\(command.help)\n" }
        for (title, of) in [("flags", ""), ("flags of serve", "serve"), ("flags of run", "run")] {
            text += "\n\(title)\n"
            for flag in flags where flag.commands.first ?? "" == of {
                var name = "--" + flag.name
                if case .value(let form) = flag.kind { name += " " + form }
                text += "  \(pad(name, 28))\(flag.help)\n"
            }
        }
        return text
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
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
        settings.schemaFolders += all("schemas")
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
