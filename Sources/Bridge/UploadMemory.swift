import FalClient
import Journal
import Platform
import Synchronization

/// What is remembered of uploads: in the journal, so that it holds across processes, and here, so that it holds in
/// this process though the journal cannot be used.
final class UploadMemory: Sendable {
    private struct Known {
        var uploads: [UploadKey: [String: UploadEntry]] = [:]
        var digests: [String: String] = [:]
        var count = 0
        /// What is wrong with the journal is said once.
        var hasComplained = false
    }

    private let journal: Journal
    private let known = Mutex(Known())

    private static let maxEntries = 1_000

    init(_ journal: Journal) { self.journal = journal }

    func mayHaveUpload(_ key: UploadKey) async -> Bool {
        if known.withLock({ $0.uploads[key] != nil }) { return true }
        return await trying { () async throws(JournalError) in try await journal.mayHaveUpload(key) } ?? false
    }

    func upload(_ key: UploadKey, sha256: String) async -> UploadEntry? {
        let entry = known.withLock { $0.uploads[key]?[sha256] }
        if let entry, entry.until > Timestamp.now.seconds { return entry }
        return await trying { () async throws(JournalError) in try await journal.upload(key, sha256: sha256) } ?? nil
    }

    func uploaded(_ key: UploadKey, _ entry: UploadEntry) async {
        known.withLock { known in
            if known.count >= Self.maxEntries { (known.uploads, known.count) = ([:], 0) }
            known.uploads[key, default: [:]][entry.sha256] = entry
            known.count += 1
        }
        await trying { () async throws(JournalError) in try await journal.uploaded(key, entry) }
    }

    func forget(_ key: UploadKey, sha256: String) async {
        known.withLock { known in
            known.uploads[key]?[sha256] = nil
            if known.uploads[key]?.isEmpty == true { known.uploads[key] = nil }
        }
        await trying { () async throws(JournalError) in try await journal.forgetUpload(key, sha256: sha256) }
    }

    func digest(of identity: String) async -> String? {
        if let digest = known.withLock({ $0.digests[identity] }) { return digest }
        return await trying { () async throws(JournalError) in try await journal.digest(of: identity) } ?? nil
    }

    func remember(digest: String, of identity: String) async {
        known.withLock { known in
            if known.digests.count >= Self.maxEntries { known.digests = [:] }
            known.digests[identity] = digest
        }
        await trying { () async throws(JournalError) in try await journal.remember(digest: digest, of: identity) }
    }

    /// What remembers the parts of one upload; nil while another process is at the same.
    func ledger(_ key: String) async -> Ledger? {
        guard let claim = await trying({ () async throws(JournalError) in try await journal.claimUpload(key) }) else {
            return nil
        }
        return switch claim {
        case .taken: nil
        case .free: Ledger(self, key, nil)
        case .yours(let upload): Ledger(self, key, upload)
        }
    }

    /// What `body` gives; nil where the journal cannot be used.
    @discardableResult
    private func trying<Result>(_ body: () async throws(JournalError) -> Result) async -> Result? {
        do throws(JournalError) { return try await body() } catch {
            let isNew = known.withLock { known in
                defer { known.hasComplained = true }
                return !known.hasComplained
            }
            if isNew { Log.warning("uploads are not remembered beyond this process: \(error)") }
            return nil
        }
    }

    /// One upload in parts, in the journal.
    struct Ledger: UploadLedger {
        private let memory: UploadMemory
        private let key: String
        private let left: UnfinishedUpload?

        fileprivate init(_ memory: UploadMemory, _ key: String, _ left: UnfinishedUpload?) {
            self.memory = memory
            self.key = key
            self.left = left
        }

        func unfinished() async -> PartialUpload? {
            guard let left, let route = PartialUpload.Route(rawValue: left.route) else { return nil }
            return PartialUpload(
                route: route, place: left.place, fileURL: left.fileURL, uploadID: left.uploadID,
                partSize: left.partSize, etags: left.etags
            )
        }

        func begin(_ upload: PartialUpload) async {
            let entry = UnfinishedUpload(
                route: upload.route.rawValue, place: upload.place, fileURL: upload.fileURL, uploadID: upload.uploadID,
                partSize: upload.partSize
            )
            await memory.trying { () async throws(JournalError) in try await memory.journal.beginUpload(key, entry) }
        }

        func record(part: Int, etag: String) async {
            await memory.trying { () async throws(JournalError) in
                try await memory.journal.uploadedPart(key, part, etag: etag)
            }
        }

        func forget() async {
            await memory.trying { () async throws(JournalError) in try await memory.journal.endUpload(key) }
        }
    }
}
