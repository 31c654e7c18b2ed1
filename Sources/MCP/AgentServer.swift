import Bridge
import FalProtocol
import JSON
import JSONRPC
import Platform

/// The bridge as a server of the Model Context Protocol: its methods as tools, in both eras of the protocol.
///
/// A client that opens with `initialize` is spoken to in the revision that was agreed on; one that says in each request
/// what it speaks, in that. Both go through the dispatcher of the native surface.
public final class AgentServer: Sendable {
    private let bridge: Bridge
    private let session = Session()
    private let jobs: JobBook
    private let tools: ToolBox
    private let calls: ToolCalls
    private let tasks: TaskMethods
    private let resources: Resources
    private let prompts: Prompts

    /// Milliseconds that a list may be kept: what it is made of does not change while the process lives.
    private static let listLife: Int64 = 3_600_000

    public init(_ bridge: Bridge, _ options: AgentOptions) {
        self.bridge = bridge
        let methods = Methods(bridge)
        tools = ToolBox(bridge.catalog, favourite: bridge.current.defaultEndpoint, options.tools)
        jobs = JobBook(bridge, methods, maxJobs: options.maxJobs)
        let roots = AgentRoots(bridge: bridge, session: session)
        let finish = JobFinish(bridge: bridge, methods: methods)
        calls = ToolCalls(
            bridge: bridge, methods: methods, tools: tools, jobs: jobs, roots: roots, options: options, finish: finish
        )
        tasks = TaskMethods(bridge: bridge, jobs: jobs, tools: tools, roots: roots, finish: finish)
        resources = Resources(bridge: bridge, methods: methods, roots: roots)
        prompts = Prompts(bridge: bridge)
    }

    /// Waits, at the end, for jobs that are being sent though the calls that asked for them are answered: their ids
    /// would be lost.
    public func settle(until deadline: Instant) { jobs.settle(until: deadline) }

    /// Words of the tool selection that select nothing.
    public var unknownTools: [String] { tools.unknownWords }

    public var dialect: Dialect {
        let session = session
        return Dialect(
            cancels: [.init("notifications/cancelled", member: "requestId", isAnswered: false)], ids: .textOrInteger,
            hasShutdown: false, answersAfterInput: false, framing: .lines,
            takesBatches: { session.revision?.hasBatches ?? false }
        )
    }

    /// - Parameter ask: makes a request of the client.
    public func listeners(
        ask: @escaping @Sendable (String, JSONObject) async -> Result<JSON, RPCError>
    ) -> [String: Listener] {
        let session = session
        let askForRoots: Listener = { _ in
            guard session.hasRoots else { return }
            session.setRoots(Task.detached {
                guard case .success(let answer) = await ask("roots/list", [:]) else { return nil }
                return AgentRoots.folders(answer)
            })
        }
        return ["notifications/initialized": askForRoots, "notifications/roots/list_changed": askForRoots]
    }

    public var methods: [Method] {
        [
            Method("initialize", immediate: { [self] call throws(RPCError) in try initialize(call) }),
            immediate("ping", eras: .handshake) { _, _ throws(RPCError) in [:] },
            immediate("server/discover", eras: .modern, life: Self.listLife) { [self] _, peer throws(RPCError) in
                var members = introduction(peer.revision)
                members["supportedVersions"] = .array(Revision.modernNames.map(JSON.string))
                return members
            },
            immediate("tools/list", life: Self.listLife) { [self] call, peer throws(RPCError) in
                try Self.onePage(call)
                return ["tools": .array(tools.tools.map { $0.definition(peer.revision) })]
            },
            running("tools/call", isWait: true) { [self] call, peer async throws(RPCError) in
                try await called(call, peer)
            },
            running("resources/list", life: 0) { [self] call, _ async throws(RPCError) in
                try Self.onePage(call)
                return await resources.list()
            },
            immediate("resources/templates/list", life: Self.listLife) { call, _ throws(RPCError) in
                try Self.onePage(call)
                return Resources.templates
            },
            running("resources/read", life: 0) { [self] call, peer async throws(RPCError) in
                try await resources.read(call, peer)
            },
            immediate("prompts/list", life: Self.listLife) { [self] call, peer throws(RPCError) in
                try Self.onePage(call)
                return prompts.list(peer.revision)
            },
            immediate("prompts/get") { [self] call, _ throws(RPCError) in try prompts.get(call) },
            running("completion/complete") { [self] call, _ async throws(RPCError) in
                try await Completion(bridge: bridge).complete(call)
            },
            running("tasks/get", eras: .modern) { [self] call, peer async throws(RPCError) in
                try await tasks.get(call, peer)
            },
            running("tasks/update", eras: .modern) { [self] call, peer async throws(RPCError) in
                try await tasks.update(call, peer)
            },
            running("tasks/cancel", eras: .modern) { [self] call, peer async throws(RPCError) in
                try await tasks.cancel(call, peer)
            },
            running("subscriptions/listen", eras: .modern, isWait: true) { [self] call, peer async throws(RPCError) in
                try await Subscription(call, peer, tasks).run()
            },
        ]
    }

    // MARK: Opening

    private func initialize(_ call: Call) throws(RPCError) -> JSON {
        let revision = try session.open(call.params)
        var result: JSONObject = ["protocolVersion": .string(revision.rawValue)]
        for member in introduction(revision) { result[member.key] = member.value }
        result["serverInfo"] = Self.info
        return .object(result)
    }

    private func introduction(_ revision: Revision) -> JSONObject {
        var capabilities: JSONObject = ["tools": [:], "resources": [:], "prompts": [:]]
        if revision.hasAnnotations { capabilities["completions"] = [:] }
        if revision.isModern { capabilities["extensions"] = [TasksExtension.name: [:]] }
        return ["capabilities": .object(capabilities), "instructions": .string(Self.instructions)]
    }

    private static let info: JSON = ["name": .string(Product.name), "version": .string(Product.version)]

    private static let instructions = """
        Makes and changes video with models of fal.ai. Pick a model's own tool where there is one; find_models, \
        model_schema and run_model reach the others. Files are paths on this machine inside the allowed folders, or \
        public URLs. Results are saved to disk and linked; show the user the path. A job that takes longer than a call \
        may is answered with its request_id: call result with it until it is done. Do not send a job twice.
        """

    private func called(_ call: Call, _ peer: Peer) async throws(RPCError) -> JSONObject {
        switch try await calls.outcome(call, peer) {
        case .result(let result): return result.json(peer.revision)
        case .task(let job):
            var task = await tasks.task(of: job)
            task["resultType"] = "task"
            return task
        case .input(let requests): return ["resultType": "input_required", "inputRequests": .object(requests)]
        }
    }

    // MARK: The form of a method

    private enum Eras {
        case both
        case handshake
        case modern
    }

    private func immediate(
        _ name: String, eras: Eras = .both, life: Int64? = nil,
        _ body: @escaping @Sendable (Call, Peer) throws(RPCError) -> JSONObject
    ) -> Method {
        Method(name, immediate: { [session] call throws(RPCError) in
            let peer = try Self.peer(call, session, eras)
            return Self.enveloped(try body(call, peer), peer, life)
        })
    }

    private func running(
        _ name: String, eras: Eras = .both, isWait: Bool = false, life: Int64? = nil,
        _ body: @escaping @Sendable (Call, Peer) async throws(RPCError) -> JSONObject
    ) -> Method {
        Method(name, isWait: { _ in isWait }, running: { [session] call async throws(RPCError) in
            let peer = try Self.peer(call, session, eras)
            return Self.enveloped(try await body(call, peer), peer, life)
        })
    }

    private static func peer(_ call: Call, _ session: Session, _ eras: Eras) throws(RPCError) -> Peer {
        // Before the handshake is done, a ping may be all that a client says.
        if eras == .handshake, session.revision == nil, call.params["_meta"]?[MetaKey.protocolVersion] == nil {
            return Peer(revision: .newestByHandshake, capabilities: [:], name: "", meta: [:])
        }
        let peer = try session.peer(call.params)
        let isThere = switch eras {
        case .both: true
        case .handshake: !peer.revision.isModern
        case .modern: peer.revision.isModern
        }
        guard isThere else { throw .methodNotFound(call.method, nearest: nil) }
        return peer
    }

    /// The result as a revision wants it.
    private static func enveloped(_ result: JSONObject, _ peer: Peer, _ life: Int64?) -> JSON {
        guard peer.revision.isModern else { return .object(result) }
        var whole: JSONObject = ["resultType": result["resultType"] ?? "complete"]
        for member in result { whole[member.key] = member.value }
        if let life, whole["resultType"] == "complete" {
            whole["ttlMs"] = .int(life)
            whole["cacheScope"] = "private"
        }
        var meta = result["_meta"]?.objectValue ?? [:]
        meta[MetaKey.serverInfo] = info
        whole["_meta"] = .object(meta)
        return .object(whole)
    }

    /// Lists are given whole; a cursor can only be somebody else's.
    private static func onePage(_ call: Call) throws(RPCError) {
        if let cursor = call.params["cursor"], !cursor.isNull {
            throw .invalidParams("cursor: not one that was given; lists have one page")
        }
    }
}
