import Glibc
import Platform
import SQLite

/// What was asked of the queue, on disk: requests, and uploads, of one state folder.
///
/// Several processes may have the same folder open. A change is on the disk when its function returns. The
/// database is opened by the first use, on a thread of the journal's own: SQLite waits in the kernel, which the
/// cooperative pool must not do. What is asked while one commit is on its way goes into the next together, so
/// that a thousand requests at once do not wait for a thousand syncs.
public final class Journal: Sendable {
    private struct Order: Sendable {
        let run: @Sendable (Database) -> Void
        /// Called after the commit, or with why there is none.
        let done: @Sendable (JournalError?) -> Void
    }

    private struct State: Sendable {
        var orders: [Order] = []
        var hasThread = false
        var isClosed = false
    }

    private let path: String
    private let inbox = Monitor(State())

    /// Orders that go into one commit.
    private static let maxBatch = 512
    /// Seconds that an entry is kept, and between two looks for what is older.
    static let retention = 30.0 * 86_400
    private static let cleaningInterval = 3_600.0

    /// - Parameter folder: the state folder; made when it is first needed.
    public init(folder: String) { path = Files.join(folder, JournalFile.name) }

    deinit { inbox.update { $0.isClosed = true } }

    /// Runs `body` with the database to itself, in a transaction of its own fate: a throw undoes it alone.
    /// - Returns: what `body` gave, once it is on the disk.
    func use<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws(SQLiteError) -> Result
    ) async throws(JournalError) -> Result {
        let result = Monitor<Swift.Result<Result, JournalError>?>(nil)
        let path = path
        let failure: JournalError? = await withCheckedContinuation { continuation in
            give(Order(run: { database in
                do throws(SQLiteError) {
                    try database.execute("SAVEPOINT entry")
                    let value = try body(database)
                    try database.execute("RELEASE entry")
                    result.update { $0 = .success(value) }
                } catch {
                    try? database.execute("ROLLBACK TO entry")
                    try? database.execute("RELEASE entry")
                    result.update { $0 = .failure(JournalError(error, path: path)) }
                }
            }, done: { continuation.resume(returning: $0) }))
        }
        if let failure { throw failure }
        guard let outcome = result.withLock({ $0 }) else {
            throw JournalError(path: path, reason: "the entry was not written")
        }
        return try outcome.get()
    }

    private func give(_ order: Order) {
        let needsThread = inbox.update { state in
            state.orders.append(order)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard needsThread else { return }
        let (inbox, path) = (inbox, path)
        do throws(SystemError) { try Thread.start { Self.work(inbox, path) } } catch {
            let orders = inbox.withLock { state in
                state.hasThread = false
                defer { state.orders = [] }
                return state.orders
            }
            for order in orders { order.done(JournalError(path: path, reason: error.description)) }
        }
    }

    // MARK: The journal's thread

    private static func work(_ inbox: Monitor<State>, _ path: String) {
        var database: Database?
        var nextCleaning = Instant.now
        while true {
            let orders: [Order] = inbox.wait { state in
                if state.orders.isEmpty { return state.isClosed ? [] : nil }
                let batch = Array(state.orders.prefix(maxBatch))
                state.orders.removeFirst(batch.count)
                return batch
            } ?? []
            if orders.isEmpty { return }
            do throws(JournalError) {
                // Not by `??`, whose closure has no typed throw.
                let open = if let database { database } else { try JournalFile.open(path) }
                database = open
                if Instant.now >= nextCleaning {
                    nextCleaning = Instant.now.advanced(bySeconds: cleaningInterval)
                    // What cannot be removed now is removed another time.
                    try? JournalFile.clean(open, before: Timestamp.now.seconds - retention)
                }
                try commit(orders, open, path)
            } catch {
                for order in orders { order.done(error) }
                continue
            }
            for order in orders { order.done(nil) }
        }
    }

    private static func commit(_ orders: [Order], _ database: Database, _ path: String) throws(JournalError) {
        do throws(SQLiteError) {
            try database.transaction { () throws(SQLiteError) in
                for order in orders { order.run(database) }
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }
}
