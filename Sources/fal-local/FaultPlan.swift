import JSON
import LocalQueue
import Platform
import Synchronization

/// What a faults file switches on; without one, nothing.
final class FaultPlan: Sendable {
    typealias Malformed = MemberReader.Malformed

    /// Jobs that follow a script in place of an engine.
    private struct Scene: Sendable {
        /// The endpoint, a pattern.
        let endpoint: Glob
        /// A part of the prompt.
        let prompt: String?
        var skip: Int
        var times: Int?
        let script: Script
    }

    private let rules: Mutex<[Fault]>
    private let scenes: Mutex<[Scene]>
    /// A key that is asked for behind the socket, too.
    let key: String?
    let proxy: ProxyRules
    /// Bytes of every part of an upload but the last, at least.
    let minPartBytes: Int64
    /// Scripted jobs that run at once.
    let maxScripted: Int
    let webhooks: WebhookPolicy
    /// Seconds without news after which a stream shows that it lives.
    let pingInterval: Double

    private static let maxFile = 16 << 20

    convenience init(file: String?, rules: [Fault]) throws {
        do {
            let bytes = try file.map { file throws(SystemError) in try Files.read(file, limit: Self.maxFile) }
            try self.init(try bytes.map { bytes throws(JSONParseError) in try JSON.parse(bytes) } ?? [:], rules: rules)
        } catch {
            throw Malformed("\(file ?? "faults"): \(error)")
        }
    }

    private init(_ json: JSON, rules: [Fault]) throws {
        var reader = try MemberReader(json, in: "the file")
        var all = rules
        for rule in try reader.array("rules") { all.append(try Fault(rule)) }
        self.rules = Mutex(all)
        scenes = Mutex(try reader.array("jobs").map(Self.scene))
        let key = try reader.text("key")
        self.key = key?.isEmpty == false ? key : nil
        proxy = try ProxyRules(reader.value("proxy") ?? [:])
        minPartBytes = try reader.whole("min_part_bytes", 0...1_000_000_000_000).map { Int64($0) }
            ?? FileStore.minPartBytes
        maxScripted = try reader.whole("concurrent_jobs", 1...100_000) ?? 64
        pingInterval = try reader.number("ping_seconds", 0.01...3_600) ?? 15
        webhooks = try Self.webhooks(reader.value("webhooks") ?? [:])
        try reader.end()
    }

    private static func scene(_ json: JSON) throws -> Scene {
        var reader = try MemberReader(json, in: "a job")
        let endpoint = try reader.text("endpoint") ?? "**"
        guard let glob = Glob(endpoint, isWhole: true) else { throw Malformed("\"endpoint\" is too long a pattern") }
        let prompt = try reader.text("prompt") ?? ""
        let skip = try reader.whole("skip", 0...1_000_000_000) ?? 0
        let times = try reader.whole("times", 0...1_000_000_000)
        var script: JSONObject = [:]
        for name in Script.members { script[name] = reader.value(name) }
        try reader.end()
        return Scene(
            endpoint: glob, prompt: prompt.isEmpty ? nil : prompt, skip: skip, times: times,
            script: try Script(.object(script))
        )
    }

    private static func webhooks(_ json: JSON) throws -> WebhookPolicy {
        var reader = try MemberReader(json, in: "\"webhooks\"")
        var policy = WebhookPolicy()
        policy.calls = try reader.whole("calls", 1...31) ?? policy.calls
        policy.firstDelay = try reader.number("first_delay", 0...3_600) ?? policy.firstDelay
        policy.maxDelay = try reader.number("max_delay", 0...86_400) ?? policy.maxDelay
        if let timeout = try reader.number("timeout", 0.01...3_600) {
            policy.firstTimeout = timeout
            policy.laterTimeout = timeout
        }
        try reader.end()
        return policy
    }

    /// The fault for a request, if one is due.
    func fault(_ method: String, _ path: String) -> Fault? {
        rules.withLock { rules in
            for index in rules.indices
            where (rules[index].method == method || rules[index].method == "*") && rules[index].path.matches(path) {
                if rules[index].skip > 0 {
                    rules[index].skip -= 1
                    continue
                }
                guard let times = rules[index].times else { return rules[index] }
                guard times > 0 else { continue }
                rules[index].times = times - 1
                return rules[index]
            }
            return nil
        }
    }

    /// The script for a job, if one is due.
    func script(_ endpoint: String, _ input: JSON) -> Script? {
        let prompt = input["prompt"]?.stringValue ?? ""
        return scenes.withLock { scenes in
            for index in scenes.indices where scenes[index].endpoint.matches(endpoint) {
                if let part = scenes[index].prompt, prompt.firstRange(of: part) == nil { continue }
                if scenes[index].skip > 0 {
                    scenes[index].skip -= 1
                    continue
                }
                guard let times = scenes[index].times else { return scenes[index].script }
                guard times > 0 else { continue }
                scenes[index].times = times - 1
                return scenes[index].script
            }
            return nil
        }
    }
}
