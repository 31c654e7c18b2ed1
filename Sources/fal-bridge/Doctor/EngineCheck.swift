import JSON
import Platform

/// The engines of this machine, each asked whether it is ready, as fal-local would ask it.
struct EngineCheck: Sendable {
    private let isNeeded: Bool
    private let folders: [String]

    private static let prefix = "fal-engine-"
    /// Seconds that an engine gets to start and to look whether it is ready.
    private static let limit = 60.0
    /// Engines that are asked.
    private static let maxEngines = 16
    /// What of our environment it gets: never the key.
    private static let allowed = [
        "PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS", "HF_HOME", "VIRTUAL_ENV", "CUDA_VISIBLE_DEVICES",
        "LD_LIBRARY_PATH",
    ]

    /// - Parameter server: fal-local, beside which they are looked for first.
    init(isNeeded: Bool, besides server: String?) {
        self.isNeeded = isNeeded
        let beside = [server.flatMap { try? Files.resolve($0) }, Files.program].compactMap { $0.map(Files.parent(of:)) }
        folders = beside + (Environment.get("PATH") ?? "").split(separator: ":").map(String.init)
    }

    func findings() async -> [Finding] {
        var engines: [(name: String, path: String)] = []
        for folder in folders {
            for file in (try? Files.list(folder)) ?? [] where file.hasPrefix(Self.prefix) {
                let (name, path) = (String(file.dropFirst(Self.prefix.count)), Files.join(folder, file))
                guard engines.count < Self.maxEngines, !engines.contains(where: { $0.name == name }) else { continue }
                if Files.isExecutable(path) { engines.append((name, path)) }
            }
        }
        guard !engines.isEmpty else {
            return [Finding(
                .local, "engines", isNeeded ? .fault : .note, "none found beside fal-local nor on PATH",
                todo: "make engines", more: ["engines": []]
            )]
        }
        var answers: [Int: Answer] = [:]
        await withTaskGroup(of: (Int, Answer).self) { group in
            for (index, engine) in engines.enumerated() { group.addTask { (index, await Self.ask(engine.path)) } }
            for await (index, answer) in group { answers[index] = answer }
        }
        let isAnyReady = answers.values.contains { $0.isReady }
        return engines.enumerated().compactMap { index, engine in
            answers[index].map { finding(engine.name, engine.path, $0, isAnyReady) }
        }
    }

    private struct Answer: Sendable {
        var isReady = false
        var version = ""
        var isGenerative = false
        /// Why it is not ready, and how it comes to be.
        var reason = ""
        var how: String?
    }

    private func finding(_ name: String, _ path: String, _ answer: Answer, _ isAnyReady: Bool) -> Finding {
        let more: JSONObject = [
            "engine": .string(name), "path": .string(path), "ready": .bool(answer.isReady),
            "generative": .bool(answer.isGenerative), "version": .string(answer.version),
        ]
        let label = "engine \(name)".count < 16 ? "engine \(name)" : name
        if answer.isReady {
            let kind = answer.isGenerative ? "generative" : "repaints, not generative"
            return Finding(.local, label, .ok, "\(answer.version), ready (\(kind)), \(path)", more: more)
        }
        let mark: Finding.Mark = isNeeded && !isAnyReady ? .fault : isAnyReady ? .note : .warning
        return Finding(
            .local, label, mark, "\(path) is not ready: \(answer.reason)", todo: answer.how ?? "make engines", more: more
        )
    }

    private static func ask(_ path: String) async -> Answer {
        var answer = Answer()
        do {
            let scratch = try ScratchFolder()
            let calls: [JSON] = [
                ["jsonrpc": "2.0", "id": 1, "method": "initialize", "params": [
                    "contract": 1, "workdir": .string(scratch.path), "offline": true,
                ]],
                ["jsonrpc": "2.0", "id": 2, "method": "check", "params": [:]],
                ["jsonrpc": "2.0", "id": 3, "method": "shutdown", "params": [:]],
            ]
            var environment = ["HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"]
            for name in allowed { environment[name] = Environment.get(name) }
            for (name, value) in Environment.all where name.hasPrefix("XDG_") || name.hasPrefix("FAL_ENGINE_") {
                environment[name] = value
            }
            let text = calls.map { $0.text + "\n" }.joined()
            let outcome = try await Program.run(
                path, [], environment: environment, input: try Pipe.holding(Array(text.utf8)), timeLimit: limit
            )
            withExtendedLifetime(scratch) {}
            if outcome.isTimedOut { answer.reason = "it did not answer within \(Int(limit)) s" } else {
                read(outcome, &answer)
            }
        } catch {
            answer.reason = "\(error)"
        }
        return answer
    }

    private static func read(_ outcome: Program.Outcome, _ answer: inout Answer) {
        var answers: [Int64: JSON] = [:]
        for line in outcome.output.split(separator: 0x0A) {
            if let message = try? JSON.parse(Array(line)), let id = message["id"]?.intValue { answers[id] = message }
        }
        let about = answers[1]?["result"]
        answer.version = about?["version"]?.stringValue ?? ""
        answer.isGenerative = about?["generative"] == true
        let check = answers[2]?["result"]
        answer.isReady = about?["contract"] == 1 && check?["ready"] == true
        let missing = check?["missing"]?.arrayValue?.first
        answer.how = missing?["how"]?.stringValue
        if let error = (answers[1]?["error"] ?? answers[2]?["error"])?["message"]?.stringValue {
            answer.reason = error
        } else if let missing {
            answer.reason = "\(missing["id"]?.stringValue ?? missing["file"]?.stringValue ?? "something") is missing"
        } else {
            let last = outcome.error.split(whereSeparator: \.isNewline).last.map(String.init)
            answer.reason = last ?? "it does not speak the engines' contract"
        }
    }
}
