import CCurl
import Platform
import Synchronization

/// The one thread that drives all transfers. It sleeps in `curl_multi_poll` until a socket has something or
/// somebody calls `curl_multi_wakeup`.
///
/// `@unchecked Sendable`: `multi` is touched by the loop's thread alone, but for `curl_multi_wakeup`, which
/// libcurl allows from any; all else is behind `inbox`.
final class TransferLoop: @unchecked Sendable {
    private enum Order: Sendable {
        case start(Transfer, UInt64)
        case resume(UInt64)
        case cancel(UInt64)
    }

    private let library: CurlLibrary
    private let multi: CurlLibrary.Handle
    private let inbox = Mutex<(orders: [Order], next: UInt64)>(([], 1))
    private let done: @Sendable (UInt64, Result<HTTPHead, HTTPError>) -> Void

    /// Connections at once, to one host and in all; further requests wait their turn in libcurl. HTTP/2 needs one.
    /// A stream of events has one for itself without HTTP/2, see `EventSlots`.
    private static let maxHostConnections = 16 + maxLong + EventSlots.limit
    private static let maxConnections = 64 + maxLong + EventSlots.limit

    /// Exchanges that libcurl is given at once, the short ones and the long ones; the others wait here, where one is
    /// small. Streams of events are counted by their slots.
    private static let maxShort = 128
    private static let maxLong = 32

    init(_ library: CurlLibrary, done: @escaping @Sendable (UInt64, Result<HTTPHead, HTTPError>) -> Void)
        throws(HTTPError)
    {
        guard let multi = library.multiInit() else { throw HTTPError(.other, message: "libcurl has no memory") }
        self.library = library
        self.multi = multi
        self.done = done
        _ = fb_multi_setopt_long(library.multiSetopt, multi, CURLMOPT_MAX_HOST_CONNECTIONS, Self.maxHostConnections)
        _ = fb_multi_setopt_long(library.multiSetopt, multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, Self.maxConnections)
        _ = fb_multi_setopt_long(library.multiSetopt, multi, CURLMOPT_MAXCONNECTS, Self.maxConnections)
        do { try Thread.start { [self] in run() } } catch {
            throw HTTPError(.other, message: error.description)
        }
    }

    func reserve() -> UInt64 {
        inbox.withLock { inbox in
            inbox.next += 1
            return inbox.next
        }
    }

    func start(_ transfer: Transfer, _ number: UInt64) { give(.start(transfer, number)) }

    func resume(_ number: UInt64) { give(.resume(number)) }

    func cancel(_ number: UInt64) { give(.cancel(number)) }

    private func give(_ order: Order) {
        inbox.withLock { $0.orders.append(order) }
        _ = library.multiWakeup(multi)
    }

    private func run() {
        var running: [CurlLibrary.Handle: (transfer: Transfer, number: UInt64)] = [:]
        var handles: [UInt64: CurlLibrary.Handle] = [:]
        var short = Lane(limit: Self.maxShort)
        var long = Lane(limit: Self.maxLong)

        func count(_ transfer: Transfer, _ change: Int) {
            if transfer.request.isEventStream { return }
            if transfer.request.isLong { long.active += change } else { short.active += change }
        }
        func finish(_ handle: CurlLibrary.Handle, _ result: (Transfer) -> Result<HTTPHead, HTTPError>) {
            guard let (transfer, number) = running.removeValue(forKey: handle) else { return }
            handles[number] = nil
            count(transfer, -1)
            let outcome = result(transfer)
            _ = library.multiRemove(multi, handle)
            done(number, outcome)
        }
        func begin(_ transfer: Transfer, _ number: UInt64) {
            do {
                let handle = try transfer.prepare()
                running[handle] = (transfer, number)
                handles[number] = handle
                count(transfer, 1)
                if library.multiAdd(multi, handle) != CURLM_OK {
                    finish(handle) { _ in .failure(HTTPError(.other, message: "libcurl takes no transfer")) }
                }
            } catch {
                done(number, .failure(error))
            }
        }
        func cancel(_ number: UInt64) {
            if let handle = handles[number] {
                finish(handle) { _ in .failure(HTTPError(.cancelled, message: "cancelled", wasSent: true)) }
            } else if short.remove(number) || long.remove(number) {
                done(number, .failure(HTTPError(.cancelled, message: "cancelled")))
            }
        }

        while true {
            let orders = inbox.withLock { inbox in
                defer { inbox.orders = [] }
                return inbox.orders
            }
            for order in orders {
                switch order {
                case .start(let transfer, let number) where transfer.request.isEventStream: begin(transfer, number)
                case .start(let transfer, let number):
                    if transfer.request.isLong {
                        long.waiting.append((transfer, number))
                    } else {
                        short.waiting.append((transfer, number))
                    }
                case .resume(let number):
                    if let handle = handles[number] { _ = library.easyPause(handle, CURLPAUSE_CONT) }
                case .cancel(let number): cancel(number)
                }
            }
            for (transfer, number) in short.next() + long.next() { begin(transfer, number) }
            var left: CInt = 0
            _ = library.multiPerform(multi, &left)
            var hasEnded = false
            while let message = library.multiInfoRead(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
                let code = message.pointee.data.result
                finish(handle) { $0.outcome(code) }
                hasEnded = true
            }
            // What waits takes the place of what has ended.
            if hasEnded, short.hasNext || long.hasNext { continue }
            // Long: whatever happens wakes it.
            _ = library.multiPoll(multi, nil, 0, 60_000, nil)
        }
    }
}

/// Exchanges of one kind: how many are under way, and those that wait for their turn.
private struct Lane {
    let limit: Int
    var active = 0
    var waiting: [(transfer: Transfer, number: UInt64)] = []

    init(limit: Int) { self.limit = limit }

    var hasNext: Bool { !waiting.isEmpty && active < limit }

    /// Takes out as many as may begin.
    mutating func next() -> [(transfer: Transfer, number: UInt64)] {
        let count = min(waiting.count, max(0, limit - active))
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// - Returns: whether it waited here.
    mutating func remove(_ number: UInt64) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return false }
        waiting.remove(at: index)
        return true
    }
}
