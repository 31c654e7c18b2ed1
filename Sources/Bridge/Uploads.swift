import FalClient
import FalProtocol
import JSON
import Journal
import Platform
import Synchronization

/// The uploads of this process. The same bytes go out once, be they asked for one after the other or at once, as long
/// as the URL is good.
final class Uploads: Sendable {
    private struct State {
        /// On their way, or there but not remembered yet.
        var running: [SharedUpload] = []
        /// How many were remembered.
        var finished = 0
    }

    private enum Role {
        case lead(SharedUpload)
        case join(SharedUpload)
        case compare(SharedUpload)
        /// Something has been finished since the memory was asked.
        case again
    }

    private let memory: UploadMemory
    private let state = Mutex(State())

    /// Seconds that a URL is given out again where the account's own setting rules how long it is good.
    private static let lifetime = 7.0 * 86_400
    /// Seconds after which it is asked whether the file is still there.
    private static let trusted = 600.0
    private static let maxRounds = 4
    /// How long an answer waits for the digest of what was sent: seconds at least, and as a share of the sending.
    private static let patience = 0.02
    private static let patienceShare = 0.03
    /// Bytes a second that a digest is expected to take in.
    private static let digestRate = 1e9
    /// Seconds after which the digest is begun beside a sending that is not over yet. A quick one has the machine for
    /// itself; beside a slow one there is room.
    private static let headStart = 1.0
    /// Bytes from the start of a file that tell it from most others.
    private static let startBytes = 64 << 10

    init(_ journal: Journal) { memory = UploadMemory(journal) }

    /// Uploads a file, unless its bytes are there already or on their way.
    /// - Parameters:
    ///   - isNamed: whether its name was asked for, and is not just the one that it happens to have.
    ///   - onProgress: bytes that went out so far.
    func file(
        _ source: UploadSource, isNamed: Bool, client: FalClient, onProgress: SharedUpload.Progress? = nil
    ) async throws(FalError) -> FileValue {
        let key = UploadKey(
            storage: client.backend.storageIdentity, size: source.size, options: Self.options(source, isNamed)
        )
        var identity: String?
        if case .file(let file) = source.content {
            // From then on every change shows.
            if file.secondsToSettle > 0 { try? await sleep(seconds: file.secondsToSettle) }
            identity = Self.identity(file)
        }
        func answer(_ url: String) -> FileValue {
            FileValue(url: url, contentType: source.contentType, fileName: source.fileName, fileSize: source.size)
        }
        var digest: String?
        if let identity { digest = await memory.digest(of: identity) }
        var others: Set<ObjectIdentifier> = []
        var rounds = 0
        while true {
            rounds += 1
            let finished = state.withLock { $0.finished }
            if digest == nil, await memory.mayHaveUpload(key) { digest = await Self.digest(source) }
            if let digest, let url = await storedURL(key, digest, source, client) { return answer(url) }
            let sent = FirstAnswer<Void>()
            let role = state.withLock { state -> Role in
                if state.finished != finished, rounds < Self.maxRounds { return .again }
                let running = state.running.first {
                    $0.key == key && !others.contains(ObjectIdentifier($0)) && !$0.isAbandoned
                }
                if let running {
                    return identity != nil && running.identity == identity ? .join(running) : .compare(running)
                }
                let known = digest
                let task = Task { () async -> String? in
                    if let known { return known }
                    await Self.wait(for: sent, atMost: Self.headStart)
                    return await Self.digest(source, isUrgent: false)
                }
                let new = SharedUpload(key, identity: identity, digest: task)
                state.running.append(new)
                return .lead(new)
            }
            var shared: SharedUpload?
            switch role {
            case .again: break
            case .join(let running): shared = running
            case .compare(let running):
                if digest == nil { digest = await Self.digest(source) }
                let other = await running.digest.value
                if digest != nil, digest == other { shared = running } else { others.insert(ObjectIdentifier(running)) }
            case .lead(let new):
                shared = new
                lead(new, source, client, sent)
            }
            if let shared, let outcome = await shared.wait(onProgress: onProgress) {
                switch outcome {
                case .success(let file): return answer(file.url)
                // What is wrong with another file of the same bytes is not wrong with this one.
                case .failure(let error) where error.isOfSource && shared.identity != identity:
                    others.insert(ObjectIdentifier(shared))
                case .failure(let error): throw error
                }
            }
            if Task.isCancelled { throw FalError(.unreachable(.init(.cancelled, message: "cancelled"))) }
        }
    }

    /// - Parameter sent: told when the sending is over.
    private func lead(
        _ shared: SharedUpload, _ source: UploadSource, _ client: FalClient, _ sent: FirstAnswer<Void>
    ) {
        shared.start { [self] onProgress in
            let begin = Instant.now
            do throws(FalError) {
                var ledger: UploadMemory.Ledger?
                if let identity = shared.identity {
                    let (storage, options) = (shared.key.storage, shared.key.options)
                    ledger = await memory.ledger("\(identity) \(storage) \(options) \(source.fileName)")
                }
                let file = try await client.upload(source, ledger: ledger, onProgress: onProgress)
                sent.give(())
                let remembering = Task {
                    if let digest = await shared.digest.value { await remember(file.url, digest, shared, source) }
                    state.withLock { state in
                        state.running.removeAll { $0 === shared }
                        state.finished += 1
                    }
                }
                // A digest that takes longer than the sending holds nobody up: until it is there, whoever asks for
                // the same bytes finds the upload among the running ones.
                let patience = max(Self.patience, Instant.now.seconds(since: begin) * Self.patienceShare)
                let isBegun = Instant.now.seconds(since: begin) > Self.headStart
                if isBegun || Double(source.size) / Self.digestRate < patience {
                    let remembered = FirstAnswer<Void>()
                    Task {
                        await remembering.value
                        remembered.give(())
                    }
                    await Self.wait(for: remembered, atMost: patience)
                }
                return .success(file)
            } catch {
                sent.give(())
                shared.digest.cancel()
                state.withLock { $0.running.removeAll { $0 === shared } }
                return .failure(error)
            }
        }
    }

    /// Waits for `event`, or so many seconds.
    private static func wait(for event: FirstAnswer<Void>, atMost seconds: Double) async {
        let timer = Task {
            try await sleep(seconds: seconds)
            event.give(())
        }
        await event.value
        timer.cancel()
    }

    private func remember(_ url: String, _ digest: String, _ shared: SharedUpload, _ source: UploadSource) async {
        // The digest and what was sent were read one after the other; they are of the same bytes only if nothing at
        // all was done to the file.
        if case .file(let file) = source.content, !file.isUntouched { return }
        if let identity = shared.identity { await memory.remember(digest: digest, of: identity) }
        let now = Timestamp.now.seconds
        // Who asks for an hour gets no URL that is good for a minute.
        let lifetime = source.lifecycle?["expiration_duration_seconds"]?.doubleValue.map { $0 / 2 } ?? Self.lifetime
        let entry = UploadEntry(sha256: digest, url: url, created: now, until: now + min(lifetime, Self.lifetime))
        await memory.uploaded(shared.key, entry)
    }

    private func storedURL(
        _ key: UploadKey, _ digest: String, _ source: UploadSource, _ client: FalClient
    ) async -> String? {
        guard let entry = await memory.upload(key, sha256: digest) else { return nil }
        guard Timestamp.now.seconds - entry.created > Self.trusted else { return entry.url }
        // Whoever may not see a file is told that it is not there, so for those the time must do.
        guard source.lifecycle?["initial_acl"] == nil, await client.isStored(entry.url) == false else {
            return entry.url
        }
        await memory.forget(key, sha256: digest)
        return nil
    }

    private static func digest(_ source: UploadSource, isUrgent: Bool = true) async -> String? {
        switch source.content {
        case .file(let file): await (isUrgent ? FileDigest.urgent : .patient).of(file)
        case .bytes(let bytes): try? SHA256.hash(bytes)
        }
    }

    /// What must be equal beside the bytes for one upload to stand for another.
    private static func options(_ source: UploadSource, _ isNamed: Bool) -> String {
        var options: JSONObject = ["type": .string(source.contentType)]
        options["lifecycle"] = source.lifecycle
        if isNamed { options["name"] = .string(source.fileName) }
        // So that a file of the same size as another, and of other bytes, is rarely read twice for nothing.
        options["start"] = start(source).map(JSON.string)
        return JSON.object(options).text
    }

    /// The digest of the first bytes.
    private static func start(_ source: UploadSource) -> String? {
        switch source.content {
        case .bytes(let bytes): return try? SHA256.hash(Array(bytes.prefix(startBytes)))
        case .file(let file):
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: startBytes, alignment: 16)
            defer { buffer.deallocate() }
            guard let count = try? file.read(at: 0, into: buffer), let sum = try? SHA256() else { return nil }
            sum.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return sum.finish()
        }
    }

    /// What tells a file, and this version of it, from all others of the machine.
    private static func identity(_ file: OpenFile) -> String {
        let status = file.status
        return "\(status.device):\(status.inode):\(status.size):\(status.modified.seconds):\(status.changed.seconds)"
    }
}
