import Glibc
import Platform

/// A folder of its own for a test, removed afterwards with all that is in it.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/local-queue-tests-\(Random.uuid())"
        try Files.makeDirectory(path)
    }

    deinit { Self.remove(path) }

    func file(_ name: String) -> String { Files.join(path, name) }

    private static func remove(_ path: String) {
        for name in (try? Files.list(path)) ?? [] { remove(Files.join(path, name)) }
        if rmdir(path) != 0 { unlink(path) }
    }
}
