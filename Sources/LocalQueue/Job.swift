import FalProtocol
import JSON
import Platform
import SQLite

/// One request in the queue.
struct Job: Sendable {
    enum State: String, Sendable {
        case queued
        case running
        case done
    }

    let id: String
    let endpoint: String
    /// The endpoint without its path: what requests are addressed to.
    let base: String
    let input: JSON
    /// Chosen when the job was accepted, so that a job that is run again gives the same.
    let seed: Int64
    let engine: String?
    private(set) var state: State
    let isCancelled: Bool
    let attempts: Int
    let startBy: Double?
    let started: Double?
    private(set) var finished: Double?
    private(set) var status: Int?
    private(set) var body: String?
    private(set) var error: String?
    private(set) var errorType: String?
    private(set) var metrics: String?

    /// Whether it waits, or has just begun, after the time by which it should have been running.
    var isTooLate: Bool {
        guard let startBy, attempts == (state == .queued ? 0 : 1) else { return false }
        return state != .done && Timestamp.now.seconds > startBy
    }

    /// This job as it will be when its failure can be written down.
    func failed(_ failure: Failure, metrics: JSON) -> Job {
        var job = self
        job.state = .done
        job.finished = Timestamp.now.seconds
        job.status = failure.status
        job.body = failure.body.text
        job.error = failure.message
        job.errorType = failure.errorType
        job.metrics = metrics.text
        return job
    }

    static let columns = """
        id, endpoint, base, input, seed, engine, state, is_cancelled, attempts, start_by, started, finished, status,
        body, error, error_type, metrics
        """

    init(_ row: Statement) {
        id = row.text(0)
        endpoint = row.text(1)
        base = row.text(2)
        input = (try? JSON.parse(row.text(3))) ?? [:]
        seed = row.int(4)
        engine = row.optionalText(5)
        state = State(rawValue: row.text(6)) ?? .done
        isCancelled = row.int(7) != 0
        attempts = Int(row.int(8))
        startBy = row.optionalDouble(9)
        started = row.optionalDouble(10)
        finished = row.optionalDouble(11)
        status = row.isNull(12) ? nil : Int(row.int(12))
        body = row.optionalText(13)
        error = row.optionalText(14)
        errorType = row.optionalText(15)
        metrics = row.optionalText(16)
    }
}

/// The jobs' rows.
extension Store {
    /// Log lines of one job, and bytes of one line, at most.
    private static let maxLogLines = 2_000
    private static let maxLogBytes = 2_000
    /// Seconds that a finished job is kept.
    private static let retention = 30.0 * 86_400

    /// - Returns: how many jobs are before the new one.
    func add(
        id: String, endpoint: EndpointID, input: JSON, seed: Int64, engine: String?, isLow: Bool, startBy: Double?
    ) throws(SQLiteError) -> Int {
        defer { changes.noteState() }
        return try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                try database.run(
                    """
                    INSERT INTO jobs (id, serial, endpoint, base, input, seed, engine, is_low, state, created, start_by)
                    VALUES (?, (SELECT coalesce(max(serial), 0) + 1 FROM jobs), ?, ?, ?, ?, ?, ?, 'queued', ?, ?)
                    """,
                    .text(id), .text(endpoint.description), .text(endpoint.base), .text(input.text), .int(seed),
                    .optional(engine), .int(isLow ? 1 : 0), .double(Timestamp.now.seconds), .optional(startBy)
                )
            }
            return try Self.position(id, database)
        }
    }

    func job(_ id: String) throws(SQLiteError) -> Job? {
        let job = try use { database throws(SQLiteError) in
            try database.query("SELECT \(Job.columns) FROM jobs WHERE id = ?", .text(id)) { Job($0) }.first
        }
        guard let job, job.state == .running, let end = unwritten.withLock({ $0[id] }) else { return job }
        settle(id, end.failure, metrics: end.metrics)
        return job.failed(end.failure, metrics: end.metrics)
    }

    /// Writes down how a job failed. Where that fails too, as on a full disk, it is known in memory until it works.
    func settle(_ id: String, _ failure: Failure, metrics: JSON) {
        do {
            try finish(id, failure: failure, metrics: metrics)
            _ = unwritten.withLock { $0.removeValue(forKey: id) }
        } catch {
            let isNew = unwritten.withLock { $0.updateValue((failure, metrics), forKey: id) == nil }
            if isNew { Log.error("job \(id) failed and that cannot be written down yet: \(error)") }
        }
    }

    /// Tries again what could not be written down.
    func settleUnwritten() {
        for (id, end) in unwritten.withLock({ $0 }) { settle(id, end.failure, metrics: end.metrics) }
    }

    /// How many waiting jobs are before this one.
    func position(_ id: String) throws(SQLiteError) -> Int {
        try use { database throws(SQLiteError) in try Self.position(id, database) }
    }

    private static func position(_ id: String, _ database: Database) throws(SQLiteError) -> Int {
        try database.query(
            """
            SELECT count(*) FROM jobs AS other, jobs AS this WHERE this.id = ? AND other.state = 'queued'
            AND (other.is_low, other.serial) < (this.is_low, this.serial)
            """, .text(id)
        ) { Int($0.int(0)) }.first ?? 0
    }

    func count(_ state: Job.State) throws(SQLiteError) -> Int {
        try use { database throws(SQLiteError) in
            try database.query("SELECT count(*) FROM jobs WHERE state = ?", .text(state.rawValue)) { Int($0.int(0)) }
                .first ?? 0
        }
    }

    /// Takes the next job in line and marks it as running.
    func takeNext() throws(SQLiteError) -> Job? {
        defer { changes.noteState() }
        return try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                let next = try database.query(
                    "SELECT \(Job.columns) FROM jobs WHERE state = 'queued' ORDER BY is_low, serial LIMIT 1"
                ) { Job($0) }.first
                guard let next else { return nil }
                try database.run(
                    """
                    UPDATE jobs SET state = 'running', attempts = attempts + 1, started = coalesce(started, ?)
                    WHERE id = ?
                    """, .double(Timestamp.now.seconds), .text(next.id)
                )
                return try database.query("SELECT \(Job.columns) FROM jobs WHERE id = ?", .text(next.id)) { Job($0) }
                    .first
            }
        }
    }

    /// Whether a job is waiting, running or done; a waiting one is done at once, a running one is marked.
    func cancel(_ id: String, _ failure: Failure) throws(SQLiteError) -> Job.State {
        defer { changes.noteState() }
        return try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                let text = try database.query("SELECT state FROM jobs WHERE id = ?", .text(id)) { $0.text(0) }.first
                guard let state = text.flatMap(Job.State.init) else { return .done }
                switch state {
                case .queued:
                    try database.run(
                        """
                        UPDATE jobs SET state = 'done', is_cancelled = 1, finished = ?, status = ?, body = ?, error = ?,
                        error_type = ? WHERE id = ?
                        """,
                        .double(Timestamp.now.seconds), .int(Int64(failure.status)), .text(failure.body.text),
                        .text(failure.message), .text(failure.errorType), .text(id)
                    )
                case .running: try database.run("UPDATE jobs SET is_cancelled = 1 WHERE id = ?", .text(id))
                case .done: break
                }
                return state
            }
        }
    }

    func finish(_ id: String, output: JSON, metrics: JSON) throws(SQLiteError) {
        defer { changes.noteState() }
        _ = try use { database throws(SQLiteError) in
            try database.run(
                "UPDATE jobs SET state = 'done', finished = ?, status = 200, body = ?, metrics = ? WHERE id = ?",
                .double(Timestamp.now.seconds), .text(output.text), .text(metrics.text), .text(id)
            )
        }
    }

    func finish(_ id: String, failure: Failure, metrics: JSON) throws(SQLiteError) {
        defer { changes.noteState() }
        _ = try use { database throws(SQLiteError) in
            try database.run(
                """
                UPDATE jobs SET state = 'done', finished = ?, status = ?, body = ?, error = ?, error_type = ?,
                metrics = ? WHERE id = ?
                """,
                .double(Timestamp.now.seconds), .int(Int64(failure.status)), .text(failure.body.text),
                .text(failure.message), .text(failure.errorType), .text(metrics.text), .text(id)
            )
        }
    }

    /// Puts a running job back into the queue, at its old place.
    /// - Parameter countsAttempt: false where neither the job nor its engine is to blame.
    func requeue(_ id: String, countsAttempt: Bool) throws(SQLiteError) {
        defer { changes.noteState() }
        _ = try use { database throws(SQLiteError) in
            try database.run(
                "UPDATE jobs SET state = 'queued', attempts = attempts - ? WHERE id = ? AND state = 'running'",
                .int(countsAttempt ? 0 : 1), .text(id)
            )
        }
    }

    /// Ends a waiting job whose time to start is over.
    func expire(_ id: String) throws(SQLiteError) {
        defer { changes.noteState() }
        let failure = Failure.startTimeout
        _ = try use { database throws(SQLiteError) in
            try database.run(
                """
                UPDATE jobs SET state = 'done', finished = ?, status = ?, body = ?, error = ?, error_type = ?
                WHERE id = ? AND state = 'queued'
                """,
                .double(Timestamp.now.seconds), .int(Int64(failure.status)), .text(failure.body.text),
                .text(failure.message), .text(failure.errorType), .text(id)
            )
        }
    }

    /// After a start: what ran when the last process ended waits again; a cancelled one is over.
    func recover() throws(SQLiteError) {
        let failure = Failure.cancelled
        try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                try database.run(
                    """
                    UPDATE jobs SET state = 'done', finished = ?, status = ?, body = ?, error = ?, error_type = ?
                    WHERE state = 'running' AND is_cancelled = 1
                    """,
                    .double(Timestamp.now.seconds), .int(Int64(failure.status)), .text(failure.body.text),
                    .text(failure.message), .text(failure.errorType)
                )
                try database.run("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
            }
        }
    }

    /// Forgets what was done long ago.
    func clean() throws(SQLiteError) {
        _ = try use { database throws(SQLiteError) in
            try database.run(
                "DELETE FROM jobs WHERE state = 'done' AND finished < ?",
                .double(Timestamp.now.seconds - Self.retention)
            )
        }
    }

    // MARK: Logs

    func log(_ job: String, level: String, _ message: String) throws(SQLiteError) {
        defer { changes.noteLog(job) }
        let text = String(decoding: message.utf8.prefix(Self.maxLogBytes), as: UTF8.self)
        _ = try use { database throws(SQLiteError) in
            try database.run(
                """
                INSERT INTO logs SELECT ?1, n, ?2, ?3, ?4 FROM
                (SELECT coalesce(max(number), 0) + 1 AS n FROM logs WHERE job = ?1) WHERE n <= \(Self.maxLogLines)
                """,
                .text(job), .text(Timestamp.now.iso8601(zone: "")), .text(level), .text(text)
            )
        }
    }

    func logs(_ job: String) throws(SQLiteError) -> [LogLine] {
        try use { database throws(SQLiteError) in
            try database.query("SELECT timestamp, level, message FROM logs WHERE job = ? ORDER BY number", .text(job)) {
                LogLine(timestamp: $0.text(0), level: $0.text(1), message: $0.text(2), source: "USER")
            }
        }
    }
}
