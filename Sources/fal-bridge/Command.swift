import Bridge
import FalProtocol
import Generator
import Glibc
import JSON
import JSONRPC
import Models
import Platform

/// What the command line asks for.
struct Command {
    private let arguments: Arguments

    init(_ words: [String]) throws { arguments = try Arguments(words) }

    /// - Parameter output: the descriptor that was stdout.
    /// - Returns: the exit code.
    func run(output: CInt) throws -> CInt {
        switch arguments.command {
        case "help":
            print(Arguments.table.help, to: output)
            return 0
        case "version":
            print("\(Product.name) \(Product.version)\n", to: output)
            return 0
        default: break
        }
        try arguments.configureLog()
        OpenFiles.raiseLimit()
        do {
            switch arguments.command {
            case "run": return try RunCommand(arguments, output: output).run()
            case "generate": return try GenerateCommand(arguments, output: output).run()
            case "mcp": return try MCPCommand(arguments, output: output).run()
            case "replay": return try ReplayCommand(arguments, output: output).run()
            case "doctor": return try DoctorCommand(arguments, output: output).run()
            case "schema": return try SchemaCommand(arguments, output: output).run()
            default: return try serve(output)
            }
        } catch let error as Settings.Unusable {
            throw Arguments.Unusable(description: error.description)
        } catch let error as Model.Malformed {
            throw Arguments.Unusable(description: error.description)
        }
    }

    private func serve(_ output: CInt) throws -> CInt {
        guard arguments.words.isEmpty else {
            throw Arguments.Unusable(description: "serve takes no words: '\(arguments.words[0])'")
        }
        var limits = Server.Limits()
        if let bytes = try arguments.count("max-message-bytes") { limits.maxMessageBytes = bytes }
        if let count = try arguments.count("max-in-flight") { limits.maxInFlight = count }
        var dialect = Dialect.plain
        if let text = arguments.last("framing") {
            dialect.framing = Framing(rawValue: text)
            guard dialect.framing != nil else {
                throw Arguments.Unusable(description: "no framing '\(text)': lines or headers")
            }
        }
        let ending = Ending()
        let settings = try arguments.settings()
        let watch = try WireWatch(
            arguments, settings, framing: dialect.framing, maxMessageBytes: limits.maxMessageBytes
        )
        let bridge = try Bridge(settings, discover: Self.discover) { ending.run() }
        let server = Server(dialect, methods: bridge.methods, limits: limits, output: output, tap: watch?.tap)
        ending.set { server.end() }
        try Signals.watch([SIGTERM, SIGINT]) { _ in server.end() }
        let code: CInt
        switch try server.run(input: STDIN_FILENO) {
        case .drained, .abandoned: code = 0
        case .broken(let error):
            watch?.finish(exit: 70)
            throw error
        case .exit(let afterShutdown): code = afterShutdown ? 0 : 1
        }
        watch?.finish(exit: code)
        return code
    }

    /// The answer of `rpc.discover`.
    @Sendable static func discover(_ catalog: Catalog) throws -> JSON {
        try OpenRPC(Subject(catalog, isLenient: true)).document
    }

    private func print(_ text: String, to output: CInt) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}

/// How to end a server, known only after the bridge that may ask for it.
final class Ending: Sendable {
    private let body = Monitor<(@Sendable () -> Void)?>(nil)

    func set(_ end: @escaping @Sendable () -> Void) { body.withLock { $0 = end } }

    func run() { body.withLock { $0 }?() }
}
