import FalClient
import FalProtocol
import Glibc
import HTTP
import JSON
import JSONRPC
import Journal
import Models
import Platform
import Synchronization

/// The methods of the contract, and what they share.
public final class Bridge: Sendable {
    private struct Configuration {
        var settings: Settings {
            didSet { hosted = settings.hostedBackend }
        }
        /// One for all calls: a thousand that wait hold it.
        var hosted: Backend

        init(_ settings: Settings) {
            self.settings = settings
            hosted = settings.hostedBackend
        }
    }

    private let configuration: Mutex<Configuration>
    public let catalog: Catalog
    let http = HTTPClient()
    /// For URLs of somebody who must not reach what only we can: no connection of another's is used for them.
    let outwardHTTP = HTTPClient()
    let uploads: Uploads
    let journal: Journal
    /// Of streams that are followed, over all calls.
    let slots = EventSlots()
    /// Calls that submit, ask or fetch at once: what a call holds then is several times what one holds that waits.
    let atWork = Turnstile(limit: 32)
    /// Calls whose local files are open at once.
    let openInputs = Turnstile(limit: 32)
    let webhookKeys = WebhookKeys()
    /// Makes the answer of `rpc.discover`, which is generated as other documents are.
    private let discover: @Sendable (Catalog) throws -> JSON
    /// Models that `fal-local` was told of.
    let toldModels = Mutex<Set<String>>([])
    /// Told when the process that we work for is gone.
    private let onParentEnd: @Sendable () -> Void

    /// - Parameters:
    ///   - discover: describes all that is offered, the models included.
    ///   - onParentEnd: called when the process that `initialize` named has died.
    public init(
        _ settings: Settings, discover: @escaping @Sendable (Catalog) throws -> JSON,
        onParentEnd: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        catalog = try Catalog(folders: settings.schemaFolders)
        journal = Journal(folder: settings.stateFolder)
        configuration = Mutex(Configuration(settings))
        uploads = Uploads(journal)
        self.discover = discover
        self.onParentEnd = onParentEnd
    }

    /// Every method, for the dispatcher.
    public var methods: [Method] {
        let parameters = Parameters.all()
        func check(_ name: String) -> (@Sendable (JSONObject) throws(RPCError) -> Void)? {
            guard let parameters = parameters[name] else { return nil }
            return { params throws(RPCError) in try parameters.check(params) }
        }
        func immediate(_ name: String, _ body: @escaping @Sendable (Call) throws(RPCError) -> JSON) -> Method {
            Method(name, check: check(name)) { call throws(RPCError) in
                do throws(RPCError) { return try body(call) } catch { throw self.masked(error) }
            }
        }
        func running(
            _ name: String, isWait: @escaping @Sendable (JSONObject) -> Bool = { _ in false },
            _ body: @escaping @Sendable (Call) async throws(RPCError) -> JSON
        ) -> Method {
            Method(name, check: check(name), isWait: isWait, running: { call async throws(RPCError) in
                do throws(RPCError) { return try await body(call) } catch { throw self.masked(error) }
            })
        }
        func parked(
            _ name: String, isWait: @escaping @Sendable (JSONObject) -> Bool, _ body: @escaping Method.Parked
        ) -> Method {
            Method(name, check: check(name), isWait: isWait, parked: body)
        }
        return [
            Method("ping", immediate: { call throws(RPCError) in .object(call.params) }),
            immediate("initialize") { call throws(RPCError) in try self.initialize(call) },
            immediate("configure") { call throws(RPCError) in try self.configure(call) },
            immediate("models") { call throws(RPCError) in try self.models(call) },
            immediate("schema") { call throws(RPCError) in try self.schema(call) },
            immediate("validate") { call throws(RPCError) in try self.validate(call) },
            running("submit") { call async throws(RPCError) in try await self.submit(call) },
            running("status") { call async throws(RPCError) in try await self.status(call) },
            parked("result", isWait: { $0["wait"] == true }) { call in self.result(call) },
            parked("subscribe", isWait: { _ in true }) { call in self.subscribe(call) },
            running("requests") { call async throws(RPCError) in try await self.requests(call) },
            running("cancel") { call async throws(RPCError) in try await self.cancel(call) },
            running("run") { call async throws(RPCError) in try await self.run(call) },
            running("upload") { call async throws(RPCError) in try await self.upload(call) },
            running("download") { call async throws(RPCError) in try await self.download(call) },
            running("rpc.discover") { _ async throws(RPCError) in
                do { return try self.discover(self.catalog) } catch { throw .internalError("\(error)") }
            },
            running("verify_webhook") { call async throws(RPCError) in try await self.verifyWebhook(call) },
        ]
    }

    // MARK: Settings

    public var current: Settings { configuration.withLock { $0.settings } }

    func change<Failure: Error>(_ body: (inout Settings) throws(Failure) -> Void) throws(Failure) {
        try configuration.withLock { configuration throws(Failure) in try body(&configuration.settings) }
    }

    /// The folders that the call may use.
    func roots(_ call: Call) -> Roots {
        call.mandate.map { Roots(folders: $0.roots, isCareful: true) } ?? roots
    }

    private var roots: Roots {
        let folders = current.roots
        return Roots(folders: folders.isEmpty ? [(try? Files.resolve(Files.workingDirectory)) ?? "/"] : folders)
    }

    /// Where calls go, by the settings as they are now.
    var backend: Backend {
        let (settings, hosted) = configuration.withLock { ($0.settings, $0.hosted) }
        return settings.usesLocal ? Self.localBackend(settings) : hosted
    }

    /// Whether jobs run on this machine, by the settings as they are now.
    public var isLocal: Bool { backend.kind == .local }

    /// A request as the journal has it; nil where it is not known.
    public func entry(_ requestID: String) async -> RequestEntry? {
        guard RequestID.isValid(requestID) else { return nil }
        return try? await journal.entry(requestID)
    }

    /// The newest requests of the journal.
    public func entries(limit: Int) async -> [RequestEntry] {
        var filter = Journal.Filter()
        filter.limit = limit
        return (try? await journal.entries(filter)) ?? []
    }

    private static func localBackend(_ settings: Settings) -> Backend {
        LocalServer(stateFolder: settings.stateFolder, schemaFolders: settings.schemaFolders).backend
    }

    /// An error without the key, whoever put it there.
    func masked(_ error: RPCError) -> RPCError {
        current.credentials.map { error.masking($0) } ?? error
    }

    /// A client that may make calls.
    func client() throws(RPCError) -> FalClient {
        let backend = backend
        guard backend.isAuthenticated else { throw .unauthenticated() }
        return FalClient(backend: backend, http: http)
    }

    /// A client for a request that was sent before: its queue knows it, whichever is asked by default now.
    /// - Parameter kind: where it was sent; nil where that is not known.
    func client(of kind: Backend.Kind?) throws(RPCError) -> FalClient {
        let (settings, backend) = (current, backend)
        guard let kind, (kind == .local) != (backend.kind == .local) else { return try client() }
        let other = kind == .local ? Self.localBackend(settings) : settings.hostedBackend
        guard other.isAuthenticated else { throw .unauthenticated() }
        return FalClient(backend: other, http: http)
    }

    // MARK: Params

    /// The endpoint that a call is about.
    func endpoint(_ params: JSONObject) throws(RPCError) -> EndpointID {
        let id = params["endpoint"]?.stringValue ?? current.defaultEndpoint
        do { return try EndpointID(id) } catch {
            throw .invalidParams("endpoint '\(id)': \(error.description)", data: ["detail": [[
                "loc": ["params", "endpoint"], "msg": .string(error.description), "type": "value_error",
            ]]])
        }
    }

    /// The request that a call is about.
    func requestID(_ params: JSONObject) throws(RPCError) -> String {
        let id = params["request_id"]?.stringValue ?? ""
        guard RequestID.isValid(id) else {
            throw .invalidParams("request_id: not a request's id", data: ["detail": [[
                "loc": ["params", "request_id"], "msg": "not a request's id", "type": "value_error",
            ]]])
        }
        return id
    }

    func model(_ endpoint: EndpointID) throws(RPCError) -> Model? {
        do { return try catalog.model(endpoint.description) } catch {
            // A file that somebody put there, to be put right by them.
            throw RPCError.io(error.description).about(nil, endpoint.description)
        }
    }

    /// Ends the bridge when the process dies; one that cannot be seen (in another container, say) is let be.
    func watchParent(_ pid: Int64) {
        guard let pid = pid_t(exactly: pid), pid > 0, kill(pid, 0) == 0 || errno == EPERM else { return }
        typealias Open = @convention(c) (pid_t, CUnsignedInt) -> CInt
        let onEnd = onParentEnd
        let symbol = dlsym(nil, "pidfd_open")
        let descriptor = symbol.map { unsafeBitCast($0, to: Open.self)(pid, 0) } ?? -1
        try? Thread.start {
            if descriptor >= 0 {
                var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                while poll(&state, 1, -1) < 0, errno == EINTR {}
                close(descriptor)
            } else {
                // Kernels before 5.3, or a C library before 2.36, have nothing to wait on.
                while kill(pid, 0) == 0 || errno == EPERM { sleep(2) }
            }
            onEnd()
        }
    }
}
