import ArgumentParser
import FalProtocol
import Glibc
import Hummingbird
import JSON
import LocalQueue
import Logging
import Platform

/// The command: a queue of this machine behind fal's protocol.
@main
struct FalLocal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fal-local",
        abstract: "Serves fal's queue protocol on this machine: jobs, files and engines of one state folder.",
        version: "fal-local \(Product.version)"
    )

    @Option(help: "The folder of the queue, its files and its socket.") var stateDir: String?
    @Option(help: "Serve on TCP, too: 127.0.0.1:PORT, with a key.") var listen: String?
    @Option(help: "The key for --listen (else FAL_LOCAL_KEY, else one that is made).") var keyFile: String?
    @Option(help: "The engine for every job.") var engine: String?
    @Option(help: "A folder to look for engines in.") var engines: [String] = []
    @Option(help: "A folder of further model schemas (beside FAL_BRIDGE_SCHEMAS).") var schemas: [String] = []
    @Option(help: "Pixels of a video's longer side at most.") var maxSide: Int = 512
    @Option(help: "Seconds without a request or a job after which it ends.") var idleTimeout: Double = 900
    @Option(help: "A file of faults and simulated jobs, for tests: see docs/fal-local.md.") var faults: String?
    @OptionGroup var limits: LimitOptions
    @Option(help: "A fault for tests, such as 'POST /fal-ai status=503 times=2'.") var fault: [String] = []
    @Option(help: "error, warning, info, debug or trace.") var logLevel: String = "warning"

    func validate() throws {
        guard (64...4_096).contains(maxSide) else { throw ValidationError("--max-side is 64 to 4096") }
        guard Log.Level(name: logLevel) != nil else {
            throw ValidationError("--log-level is error, warning, info, debug or trace")
        }
        if let listen, TCPAddress(listen) == nil {
            throw ValidationError("--listen takes a loopback address: 127.0.0.1:PORT")
        }
        guard (0...1e9).contains(idleTimeout) else { throw ValidationError("--idle-timeout is 0 to 1000000000") }
        for rule in fault { guard Fault(rule: rule) != nil else { throw ValidationError("no fault: '\(rule)'") } }
    }

    func run() async throws {
        Log.configure(name: "fal-local", level: Log.Level(name: logLevel) ?? .warning, format: .text)
        Signals.ignoreBrokenPipe()
        umask(0o077)
        OpenFiles.raiseLimit()
        do {
            try await serve()
        } catch let error as ExitCode {
            throw error
        } catch {
            let hint = LocalQueue.isDiskFull(error) ? "the disk of the state folder is full: " : ""
            Self.say("fal-local: \(hint)\(error)")
            throw ExitCode(1)
        }
    }

    private func serve() async throws {
        let folder = Files.absolute(stateDir ?? Self.defaultFolder)
        try Files.makeDirectory(folder)
        let socket = Files.join(folder, "fal-local.sock")
        guard socket.utf8.count <= 107 else {
            throw Unusable("the path of the socket is longer than the 107 bytes that the kernel takes: \(socket)")
        }
        // Held until the process ends.
        guard let lock = try StateLock(folder: folder, socket: socket) else { throw ExitCode.success }
        var options = LocalQueue.Options(folder: folder)
        options.engine = engine
        options.engineFolders = engines
        let known = Environment.get("FAL_BRIDGE_SCHEMAS")?.split(separator: ":").map(String.init) ?? []
        options.schemaFolders = known + schemas
        options.maxSide = maxSide
        let plan = try FaultPlan(file: faults, rules: fault.compactMap(Fault.init(rule:)))
        if let faults { Log.warning("\(faults) is in force: answers may be wrong on purpose") }
        options.maxScripted = plan.maxScripted
        options.webhooks = plan.webhooks
        options.limits = limits.limits
        let queue = try LocalQueue(options)
        try Files.remove(socket)
        let activity = Activity()
        try Signals.watch([SIGTERM, SIGINT]) { _ in
            unlink(socket)
            Task {
                await queue.stop()
                endProcess(0)
            }
        }
        try await Blocking.run { try queue.clean() }
        await queue.start()
        let isListening = listen != nil
        try await withThrowingTaskGroup(of: Void.self) { group in
            let gate = Gate(key: plan.key, isOnTCP: false, queue: queue)
            let local = Responder(queue: queue, gate: gate, activity: activity, plan: plan)
            group.addTask {
                try await Self.application(local, .unixDomainSocket(path: socket)) { _ in
                    chmod(socket, 0o600)
                    Self.say("fal-local \(Product.version) ready \(socket)")
                }.run()
            }
            if let listen, let address = TCPAddress(listen) {
                let key = try Self.key(file: keyFile, folder: folder)
                let gate = Gate(key: key, isOnTCP: true, queue: queue)
                let open = Responder(queue: queue, gate: gate, activity: activity, plan: plan)
                group.addTask {
                    try await Self.application(open, .hostname(address.host, port: address.port)) { port in
                        gate.listens(at: port)
                        for host in [address.host, "localhost"] { queue.addHost("http://\(host):\(port)") }
                        Self.say("fal-local \(Product.version) listening http://\(address.host):\(port)")
                    }.run()
                }
            }
            let idleTimeout = idleTimeout
            group.addTask {
                try await Self.housekeeping(queue, activity, idleTimeout: isListening ? nil : idleTimeout)
            }
            // Whatever ends first ends all.
            defer { unlink(socket) }
            try await group.next()
            unlink(socket)
            await queue.stop()
            lock.release()
            endProcess(0)
        }
    }

    private static func application(
        _ responder: Responder, _ address: BindAddress, onRunning: @escaping @Sendable (Int) -> Void
    ) -> Application<Responder> {
        var logger = Logger(label: "fal-local")
        logger.logLevel = .critical
        return Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                // A client of a unix socket that does not wait is refused when more than these come at once.
                address: address, serverName: "fal-local/\(Product.version)", backlog: 4_096
            ),
            onServerRunning: { channel in onRunning(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    /// Removes what expired, and returns when nothing was asked and nothing runs for long enough.
    private static func housekeeping(_ queue: LocalQueue, _ activity: Activity, idleTimeout: Double?) async throws {
        var nextCleaning = Instant.now.advanced(bySeconds: 3_600)
        while true {
            let idle = Instant.now.seconds(since: activity.last)
            let isBusy = ((try? queue.pending) ?? 1) > 0
            if let idleTimeout, idle >= idleTimeout, !isBusy { return }
            if Instant.now >= nextCleaning {
                nextCleaning = Instant.now.advanced(bySeconds: 3_600)
                do { try await Blocking.run { try queue.clean() } } catch {
                    Log.error("what has expired stays: \(error)")
                }
            }
            let untilIdle = idleTimeout.map { isBusy ? $0 : $0 - idle } ?? 3_600
            try await Task.sleep(for: .seconds(min(max(untilIdle, 0.05), 3_600)))
        }
    }

    /// The key for TCP: from a file, the environment, or made and kept. Only the last is said, as nobody else knows it.
    private static func key(file: String?, folder: String) throws -> String {
        func first(_ path: String) throws -> String {
            let text = String(decoding: try Files.read(path, limit: 65_536), as: UTF8.self)
            return text.split(whereSeparator: \.isNewline).first.map { $0.trimmingBlanks() } ?? ""
        }
        let own = Files.join(folder, "local/key")
        let key: String
        if let file {
            key = try first(file)
        } else if let given = Environment.get("FAL_LOCAL_KEY") {
            key = given
        } else {
            if Files.exists(own) {
                key = try first(own)
            } else {
                key = "\(Random.uuid()):\(Random.uuid().split(separator: "-").joined())"
                try Files.write(Array((key + "\n").utf8), to: own)
            }
            if !key.isEmpty { say("fal-local: the key is \(key)") }
        }
        guard !key.isEmpty else { throw Unusable("the key is empty") }
        return key
    }

    private static var defaultFolder: String {
        if let folder = Environment.get("FAL_BRIDGE_STATE") { return folder }
        if let folder = Environment.get("XDG_STATE_HOME"), folder.hasPrefix("/") {
            return Files.join(folder, Product.name)
        }
        return Files.join(Environment.get("HOME") ?? "/tmp", ".local/state/\(Product.name)")
    }

    private static func say(_ text: String) {
        Array((text + "\n").utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    }
}

/// Something that keeps the server from serving.
struct Unusable: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
