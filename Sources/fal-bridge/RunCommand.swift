import Bridge
import FalProtocol
import Glibc
import JSON
import JSONRPC
import Models
import Platform

/// `fal-bridge run`: one job for a person. It is a client of the same server as any other, over two pipes within
/// the process, so nothing is done here that a program could not have done.
struct RunCommand {
    private let arguments: Arguments
    private let output: CInt

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        guard arguments.words.count <= 1 else {
            throw Arguments.Unusable(description: "run takes one endpoint: '\(arguments.words[1])' is too many")
        }
        let settings = try arguments.settings()
        let endpoint = arguments.words.first ?? settings.defaultEndpoint
        let catalog = try Catalog(folders: settings.schemaFolders)
        let model = try catalog.model(endpoint)
        let input = try InputArguments(arguments, model: model).input
        var params: JSONObject = ["endpoint": .string(endpoint), "input": .object(input), "logs": true]
        if let target = arguments.last("output") { params["download_to"] = .string(target) }
        if let seconds = try arguments.seconds("timeout") { params["timeout"] = .number(seconds) }
        if arguments.has("sheet"), arguments.last("output") == nil {
            throw Arguments.Unusable(description: "--sheet needs --output: it shows what was made")
        }
        // The person who types a path may write there; the roots bound what programs may do.
        var opened = settings
        opened.roots += [(try? Files.resolve(Files.workingDirectory)) ?? "/"]
        for path in arguments.all("output") + Self.paths(in: .object(input)) {
            let folder = Files.parent(of: Files.absolute(path))
            if let real = try? Files.resolve(folder) { opened.roots.append(real) }
        }
        let client = try PipeClient(try Bridge(opened, discover: Command.discover) {})
        let progress = ProgressView(
            isQuiet: arguments.has("json"), showsLogs: arguments.has("logs"), isTerminal: isatty(STDERR_FILENO) == 1
        )
        let interrupted = Monitor(false)
        try Signals.watch([SIGINT, SIGTERM]) { _ in
            // A second Ctrl-C is for those who do not want to wait.
            if interrupted.withLock({ $0 }) { endProcess(130) }
            interrupted.update { $0 = true }
            progress.note("cancelling at the queue…")
            client.send(["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": 1]])
        }
        client.send(["jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": .object(params)])
        while let message = client.receive() {
            if let method = message["method"]?.stringValue {
                progress.hear(method, message["params"] ?? [:])
            } else if message["id"] == 1 {
                progress.end()
                return try finish(message, input)
            }
        }
        progress.end()
        say("fal-bridge: the server within ended without an answer")
        return 70
    }

    private func finish(_ message: JSON, _ input: JSONObject) throws -> CInt {
        if let error = message["error"] {
            if arguments.has("json") { write((["error": error] as JSON).text + "\n") } else { complain(error) }
            return error["code"] == -32800 ? 130 : 1
        }
        let result = message["result"] ?? [:]
        if let sheet = arguments.last("sheet"), let made = result["files"]?.arrayValue?.first?["path"]?.stringValue {
            let source = Self.paths(in: .object(input)).first
            let failure = Self.sheet(ContactSheet(before: source, after: made), sheet)
            if let failure {
                say("fal-bridge: no sheet: \(failure)")
            } else if !arguments.has("json") {
                say("sheet  \(sheet)")
            }
        }
        if arguments.has("json") {
            write(result.text + "\n")
        } else {
            let metrics = result["metrics"]
            var line = "done   \(result["request_id"]?.stringValue ?? "")"
            if let seconds = metrics?["inference_time"] { line += "  \(seconds.text) s" }
            if let engine = metrics?["engine"]?.stringValue { line += "  engine \(engine)" }
            if metrics?["generative"] == false { line += " (repaints, not generative)" }
            say(line)
            for file in result["files"]?.arrayValue ?? [] { say("file   \(file["path"]?.stringValue ?? "")") }
            if result["files"] == nil { write((result["data"] ?? .null).prettyText + "\n") }
        }
        return 0
    }

    /// - Returns: why there is no picture; nil when there is.
    private static func sheet(_ sheet: ContactSheet, _ path: String) -> String? {
        let done = Monitor<String??>(nil)
        Task.detached {
            let failure = await sheet.make(path)
            done.update { $0 = .some(failure) }
        }
        return done.wait { $0 } ?? nil
    }

    /// All faults of the input, each with its field, or what else went wrong.
    private func complain(_ error: JSON) {
        let data = error["data"]
        let kind = data?["kind"]?.stringValue ?? "error"
        let faults = (data?["detail"]?.arrayValue ?? []).map(FieldFault.init).filter { !$0.field.isEmpty }
        if faults.isEmpty {
            say("fal-bridge: \(kind): \(error["message"]?.stringValue ?? "")")
        } else {
            say("fal-bridge: \(kind):")
            for fault in faults { say("  \(fault.field): \(fault.msg)") }
        }
        if let id = data?["request_id"]?.stringValue { say("  request \(id)") }
    }

    /// What looks like a local file among the members that hold files.
    private static func paths(in input: JSON) -> [String] {
        switch input {
        case .object(let object):
            object.flatMap { member -> [String] in
                if let text = member.value.stringValue {
                    let isPath = member.key.hasSuffix("_url") && !text.has("://") && !text.hasPrefix("data:")
                    return isPath ? [text] : []
                }
                return paths(in: member.value)
            }
        case .array(let elements): elements.flatMap(paths)
        default: []
        }
    }

    private func say(_ text: String) {
        Array((text + "\n").utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}
