import FalProtocol
import Platform
import Synchronization

/// Files that were uploaded by this process, so that the same file goes out once.
final class UploadCache: Sendable {
    struct Key: Hashable, Sendable {
        let backend: String
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modified: Timestamp
    }

    private let known = Mutex<[Key: (file: FileValue, until: Instant)]>([:])

    /// Entries at most, and seconds that one is trusted: fal keeps uploads longer than that by any setting.
    private static let maxEntries = 1_000
    private static let lifetime = 1_800.0

    func file(_ key: Key) -> FileValue? {
        known.withLock { known in
            guard let entry = known[key] else { return nil }
            if entry.until > Instant.now { return entry.file }
            known[key] = nil
            return nil
        }
    }

    func store(_ key: Key, _ file: FileValue) {
        known.withLock { known in
            if known.count >= Self.maxEntries { known.removeAll() }
            known[key] = (file, Instant.now.advanced(bySeconds: Self.lifetime))
        }
    }
}
