import Glibc
import Platform
import Synchronization

/// SHA-256 of what is to be uploaded, taken on threads of its own: reading a large file blocks.
final class FileDigest: Sendable {
    private struct Order: Sendable {
        let file: OpenFile
        let isCancelled: Flag
        let done: @Sendable (String?) -> Void
    }

    private struct State: Sendable {
        /// One an upload that is under way, whose number is bounded by the calls in flight.
        var orders: [Order] = []
        var threads = 0
    }

    /// For digests that somebody waits for.
    static let urgent = FileDigest(niceness: 0)
    /// For those beside the sending, from which they must not take the processor away.
    static let patient = FileDigest(niceness: 10)

    private static let chunk = 256 << 10
    private static let maxThreads = 2

    private let niceness: CInt
    private let state = Mutex(State())

    private init(niceness: CInt) { self.niceness = niceness }

    /// - Returns: nil where the file cannot be read to its end or has changed, the task was cancelled, or the machine
    ///   has no libcrypto: then the bytes are known to nobody, and are uploaded.
    func of(_ file: OpenFile) async -> String? {
        let isCancelled = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                give(Order(file: file, isCancelled: isCancelled) { continuation.resume(returning: $0) })
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private func give(_ order: Order) {
        let needsThread = state.withLock { state in
            state.orders.append(order)
            guard state.threads < Self.maxThreads else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        do throws(SystemError) { try Thread.start { self.work() } } catch {
            let orders = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return [Order]() }
                defer { state.orders = [] }
                return state.orders
            }
            for order in orders { order.done(nil) }
        }
    }

    private func work() {
        // On Linux this is about the calling thread alone.
        if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
        while true {
            let order = state.withLock { state -> Order? in
                if !state.orders.isEmpty { return state.orders.removeFirst() }
                state.threads -= 1
                return nil
            }
            guard let order else { return }
            order.done(Self.read(order.file, order.isCancelled))
        }
    }

    private static func read(_ file: OpenFile, _ isCancelled: Flag) -> String? {
        guard let sum = try? SHA256() else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < file.size {
            guard !isCancelled.isSet, let count = try? file.read(at: offset, into: buffer), count > 0 else {
                return nil
            }
            sum.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
        return file.hasChanged ? nil : sum.finish()
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}
