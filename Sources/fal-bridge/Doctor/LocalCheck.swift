import Bridge
import FalClient
import FalProtocol
import HTTP
import JSON
import Platform

/// What jobs on this machine need: fal-local, an engine, FFmpeg.
struct LocalCheck: Sendable {
    private let settings: Settings
    private let http: HTTPClient

    /// Seconds that a program gets to say its version, and an engine to say whether it is ready.
    private static let versionLimit = 10.0

    init(_ settings: Settings, _ http: HTTPClient) {
        self.settings = settings
        self.http = http
    }

    func findings() async -> [Finding] {
        async let server = server()
        async let engines = EngineCheck(isNeeded: settings.usesLocal, besides: LocalServer.program).findings()
        async let ffmpeg = tool("ffmpeg")
        async let ffprobe = tool("ffprobe")
        return [await server] + (await engines) + [await ffmpeg, await ffprobe]
    }

    /// What is missing is a fault only where it is needed.
    private func missing(_ name: String, _ words: String, _ todo: String, _ more: JSONObject = [:]) -> Finding {
        Finding(.local, name, settings.usesLocal ? .fault : .note, words, todo: todo, more: more)
    }

    private func server() async -> Finding {
        guard let program = LocalServer.program else {
            return missing(
                "fal-local", "not found beside fal-bridge nor on PATH",
                "put it beside fal-bridge, or name it in FAL_LOCAL_BIN", ["found": false]
            )
        }
        var more: JSONObject = ["found": true, "path": .string(program)]
        guard let version = await Self.version(program, "--version") else {
            return missing("fal-local", "\(program) does not start", "build or install it anew", more)
        }
        more["version"] = .string(version)
        let other = version == Product.version ? "" : ", which is not this program's"
        // One that runs is asked; else one is started, in a folder of its own that is gone afterwards.
        let running = LocalServer(stateFolder: settings.stateFolder)
        let isRunning = running.isServed
        more["running"] = .bool(isRunning)
        do {
            let scratch = try isRunning ? nil : ScratchFolder()
            let server = scratch.map { LocalServer(stateFolder: $0.path) } ?? running
            if !isRunning { try await server.start() }
            let probe = try await Probe.ask(
                "http://\(Product.localHost)/.well-known/jwks.json", unixSocket: server.socket, http: http
            )
            withExtendedLifetime(scratch) {}
            more["answers"] = .bool(probe.status == 200)
            guard probe.status == 200 else {
                let words = "\(program) answers HTTP \(probe.status)"
                return missing("fal-local", words, "end it, and start doctor again", more)
            }
            let words = "\(version)\(other), \(isRunning ? "runs and" : "starts and") answers, \(program)"
            let todo = other.isEmpty ? nil : "install both of one version"
            return Finding(.local, "fal-local", other.isEmpty ? .ok : .warning, words, todo: todo, more: more)
        } catch {
            let words = (error as? Backend.StartFailure)?.message ?? "\(program): \(error)"
            return missing("fal-local", words, "start \(program) --log-level debug by hand, and see", more)
        }
    }

    private func tool(_ name: String) async -> Finding {
        guard let path = ChildProcess.find(name) else {
            return missing(name, "not found on PATH", "apt-get install ffmpeg", ["found": false])
        }
        guard let version = await Self.version(path, "-version") else {
            return missing(name, "\(path) does not start", "apt-get install --reinstall ffmpeg", ["found": true])
        }
        return Finding(
            .local, name, .ok, "\(version), \(path)",
            more: ["found": true, "path": .string(path), "version": .string(version)]
        )
    }

    /// The first word with a digit first of what a program says of itself; nil where it does not run.
    private static func version(_ path: String, _ flag: String) async -> String? {
        let outcome = try? await Program.run(path, [flag], environment: Environment.all, timeLimit: versionLimit)
        guard let outcome, outcome.isSuccess else { return nil }
        let line = String(decoding: outcome.output.prefix { $0 != 0x0A }, as: UTF8.self)
        return line.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init) ?? line
    }
}
