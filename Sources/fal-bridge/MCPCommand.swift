import Bridge
import FalProtocol
import Glibc
import JSON
import JSONRPC
import MCP
import Platform

/// `fal-bridge mcp`: what an agent's host starts.
struct MCPCommand {
    private let arguments: Arguments
    private let output: CInt

    /// Seconds: a day, beyond which no host waits.
    private static let maxWait = 86_400.0

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    func run() throws -> CInt {
        guard arguments.words.isEmpty else {
            throw Arguments.Unusable(description: "mcp takes no words: '\(arguments.words[0])'")
        }
        var limits = Server.Limits()
        if let bytes = try arguments.count("max-message-bytes") { limits.maxMessageBytes = bytes }
        if let count = try arguments.count("max-in-flight") { limits.maxInFlight = count }
        let options = try options()
        var settings = try arguments.settings()
        // Hosts hand on few variables; whoever has logged in with fal's own command line has given the key already.
        if settings.credentials == nil { settings.credentials = try CommandLineKey.find() }
        let watch = try WireWatch(
            arguments, settings, framing: .lines, maxMessageBytes: limits.maxMessageBytes
        )
        let ending = Ending()
        let bridge = try Bridge(settings, discover: Command.discover) { ending.run() }
        let agents = AgentServer(bridge, options)
        if arguments.has("tools"), let word = agents.unknownTools.first {
            throw Arguments.Unusable(description: "--tools: there is no tool '\(word)'")
        }
        let asking = Asking()
        let server = Server(
            agents.dialect, methods: agents.methods,
            listeners: agents.listeners { await asking.ask($0, $1) }, limits: limits, output: output, tap: watch?.tap
        )
        asking.set(server)
        ending.set { server.end() }
        try Signals.watch([SIGTERM, SIGINT]) { _ in server.end() }
        let end = try server.run(input: STDIN_FILENO)
        agents.settle(until: .now.advanced(bySeconds: limits.drainSeconds))
        if case .broken(let error) = end {
            watch?.finish(exit: 70)
            throw error
        }
        watch?.finish(exit: 0)
        return 0
    }

    private func options() throws -> AgentOptions {
        var options = AgentOptions()
        if let text = arguments.last("max-wait") {
            guard let seconds = Double(text), seconds >= 0, seconds <= Self.maxWait else {
                throw Arguments.Unusable(description: "--max-wait: '\(text)' is no number of seconds up to 86400")
            }
            options.maxWait = seconds
        }
        if let count = try arguments.count("max-jobs") { options.maxJobs = count }
        if let count = try arguments.count("max-jobs-per-hour") { options.maxJobsPerHour = count }
        if arguments.has("tools") { options.tools = ToolSelection(arguments.all("tools").joined(separator: ",")) }
        return options
    }
}

/// The server that is asked, known only after those who ask.
private final class Asking: Sendable {
    private let server = Monitor<Server?>(nil)

    func set(_ server: Server) { self.server.withLock { $0 = server } }

    func ask(_ method: String, _ params: JSONObject) async -> Result<JSON, RPCError> {
        guard let server = server.withLock({ $0 }) else { return .failure(.internalError("there is no server yet")) }
        return await server.ask(method, params)
    }
}
