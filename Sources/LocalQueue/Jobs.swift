import FalProtocol
import JSON
import Platform
import SQLite

/// The jobs' rows.
extension Store {
    /// Seconds that a finished job is kept.
    private static let retention = 30.0 * 86_400
    /// Seconds that a result is kept for those who do not want it kept, and bytes from which it is a large one.
    private static let shortRetention = (small: 3_600.0, large: 360.0)
    private static let largeBody = 10 << 10

    /// What is written down of a new job.
    struct NewJob: Sendable {
        let id: String
        let endpoint: EndpointID
        let input: JSON
        let seed: Int64
        let engine: String?
        var isLow = false
        var startBy: Double?
        var script: JSON?
        var notBefore = 0.0
        var lifecycle: String?
        var keepsIO = true
        var isRetried = true
        var webhook: (url: String, base: String, isReachable: Bool)?
    }

    /// - Returns: how many jobs are before the new one.
    func add(_ job: NewJob) throws(SQLiteError) -> Int {
        defer {
            changes.noteState(job.id)
            if job.startBy != nil { deadlines.ring() }
        }
        return try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                try database.run(
                    """
                    INSERT INTO jobs (id, serial, endpoint, base, input, seed, engine, is_low, state, created, start_by,
                    script, not_before, lifecycle, keeps_io, is_retried)
                    VALUES (?, (SELECT coalesce(max(serial), 0) + 1 FROM jobs), ?, ?, ?, ?, ?, ?, 'queued', ?, ?,
                    ?, ?, ?, ?, ?)
                    """,
                    .text(job.id), .text(job.endpoint.description), .text(job.endpoint.base), .text(job.input.text),
                    .int(job.seed), .optional(job.engine), .int(job.isLow ? 1 : 0), .double(Timestamp.now.seconds),
                    .optional(job.startBy), .optional(job.script?.text), .double(job.notBefore),
                    .optional(job.lifecycle), .int(job.keepsIO ? 1 : 0), .int(job.isRetried ? 1 : 0)
                )
                if let webhook = job.webhook {
                    try database.run(
                        "INSERT INTO deliveries (job, url, base, state) VALUES (?, ?, ?, ?)",
                        .text(job.id), .text(webhook.url), .text(webhook.base),
                        .text(webhook.isReachable ? "waiting" : "dropped")
                    )
                }
            }
            return try Self.position(job.id, database)
        }
    }

    func job(_ id: String) throws(SQLiteError) -> Job? {
        let job = try use { database throws(SQLiteError) in
            try database.query("SELECT \(Job.columns) FROM jobs WHERE id = ?", .text(id)) { Job($0) }.first
        }
        guard let job, job.state == .running, let ending = unwritten.withLock({ $0[id] }) else { return job }
        settle(id, ending)
        return job.ended(ending)
    }

    /// Whether its cancellation was asked for; false where that cannot be found out.
    func isCancelled(_ id: String) -> Bool { ((try? glimpse(id)) ?? nil)?.isCancelled ?? false }

    /// Writes down how a job ended. Where that fails, as on a full disk, it is known in memory until it works.
    func settle(_ id: String, _ ending: Ending) {
        do {
            try finish(id, ending)
            _ = unwritten.withLock { $0.removeValue(forKey: id) }
        } catch {
            let isNew = unwritten.withLock { $0.updateValue(ending, forKey: id) == nil }
            if isNew {
                Log.error("job \(id) has ended and that cannot be written down yet: \(error)")
                deadlines.ring()
            }
        }
    }

    var hasUnwritten: Bool { unwritten.withLock { !$0.isEmpty } }

    /// Tries again what could not be written down.
    func settleUnwritten() {
        for (id, ending) in unwritten.withLock({ $0 }) { settle(id, ending) }
    }

    /// How many waiting jobs are before this one: of those that an engine runs, or of those that follow a script.
    func position(_ id: String) throws(SQLiteError) -> Int {
        try use { database throws(SQLiteError) in try Self.position(id, database) }
    }

    private static func position(_ id: String, _ database: Database) throws(SQLiteError) -> Int {
        try database.query(
            """
            SELECT count(*) FROM jobs AS other, jobs AS this WHERE this.id = ? AND other.state = 'queued'
            AND (other.is_low, other.serial) < (this.is_low, this.serial)
            AND (other.script IS NULL) = (this.script IS NULL)
            """, .text(id)
        ) { Int($0.int(0)) }.first ?? 0
    }

    func count(_ state: Job.State) throws(SQLiteError) -> Int {
        try use { database throws(SQLiteError) in
            try database.query("SELECT count(*) FROM jobs WHERE state = ?", .text(state.rawValue)) { Int($0.int(0)) }
                .first ?? 0
        }
    }

    /// Takes the next job in line whose time has come, and marks it as running.
    /// - Parameter scripted: whether of those that follow a script or of those that an engine runs.
    func takeNext(scripted: Bool = false) throws(SQLiteError) -> Job? {
        let job = try useUnhurried { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) -> Job? in
                let next = try database.query(
                    """
                    SELECT id FROM jobs WHERE state = 'queued' AND (script IS NOT NULL) = ? AND not_before <= ?
                    ORDER BY is_low, serial LIMIT 1
                    """, .int(scripted ? 1 : 0), .double(Timestamp.now.seconds)
                ) { $0.text(0) }.first
                guard let next else { return nil }
                try database.run(
                    """
                    UPDATE jobs SET state = 'running', attempts = attempts + 1, started = coalesce(started, ?)
                    WHERE id = ?
                    """, .double(Timestamp.now.seconds), .text(next)
                )
                return try database.query("SELECT \(Job.columns) FROM jobs WHERE id = ?", .text(next)) { Job($0) }.first
            }
        }
        if let job { changes.noteState(job.id) }
        return job
    }

    /// When the next scripted job's time comes.
    func nextBeginning() throws(SQLiteError) -> Double? {
        try use { database throws(SQLiteError) in
            try database.query(
                "SELECT min(not_before) FROM jobs WHERE state = 'queued' AND script IS NOT NULL"
            ) { $0.optionalDouble(0) }.first ?? nil
        }
    }

    /// Whether a job is waiting, running or done; a waiting one is done at once, a running one is marked.
    func cancel(_ id: String, _ failure: Failure) throws(SQLiteError) -> Job.State {
        defer {
            changes.noteState(id)
            endings.ring()
        }
        return try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                let text = try database.query("SELECT state FROM jobs WHERE id = ?", .text(id)) { $0.text(0) }.first
                guard let state = text.flatMap(Job.State.init) else { return .done }
                guard state != .done else { return state }
                try database.run("UPDATE jobs SET is_cancelled = 1 WHERE id = ?", .text(id))
                if state == .queued { try Self.end(Ending(failure), database, "id = ?11", .text(id)) }
                return state
            }
        }
    }

    func finish(_ id: String, _ ending: Ending) throws(SQLiteError) {
        defer {
            changes.noteState(id)
            endings.ring()
        }
        _ = try use { database throws(SQLiteError) in try Self.end(ending, database, "id = ?11", .text(id)) }
    }

    private static func end(
        _ ending: Ending, _ database: Database, _ condition: String, _ value: SQLiteValue
    ) throws(SQLiteError) {
        let now = Timestamp.now.seconds
        let short = ending.body.utf8.count < largeBody ? shortRetention.small : shortRetention.large
        try database.run(
            """
            UPDATE jobs SET state = 'done', finished = ?1, status = ?2, body = ?3, body_type = ?4, headers = ?5,
            error = ?6, error_type = ?7, metrics = coalesce(?8, metrics), expires = CASE WHEN keeps_io THEN ?9 ELSE ?10
            END, input = CASE WHEN keeps_io THEN input ELSE '{}' END WHERE \(condition)
            """,
            .double(now), .int(Int64(ending.status)), .text(ending.body), .optional(ending.bodyType),
            .optional(ending.headers.isEmpty ? nil : JSON.object(ending.headers).text), .optional(ending.error),
            .optional(ending.errorType), .optional(ending.metrics?.text),
            .optional(ending.lifetime.map { now + $0 }), .double(now + min(short, ending.lifetime ?? short)), value
        )
    }

    /// Puts a running job back into the queue, at its old place.
    /// - Parameters:
    ///   - hasFailed: whether the run failed; false where it is as if it had not been.
    ///   - gatewayID: the name of the run that comes, where it is another one.
    func requeue(_ id: String, hasFailed: Bool, gatewayID: String? = nil) throws(SQLiteError) {
        defer { changes.noteState(id) }
        _ = try use { database throws(SQLiteError) in
            try database.run(
                """
                UPDATE jobs SET state = 'queued', attempts = attempts - ?1, failed_runs = failed_runs + 1 - ?1,
                gateway_id = coalesce(?2, gateway_id) WHERE id = ?3 AND state = 'running'
                """,
                .int(hasFailed ? 0 : 1), .optional(gatewayID), .text(id)
            )
        }
    }

    /// Ends the waiting jobs whose time to start is over.
    /// - Returns: when the next one's will be.
    @discardableResult
    func expire() throws(SQLiteError) -> Double? {
        let condition = "state = 'queued' AND started IS NULL AND start_by < ?11"
        let (late, next) = try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) -> ([String], Double?) in
                let now = SQLiteValue.double(Timestamp.now.seconds)
                let late = try database.query(
                    "SELECT id FROM jobs WHERE state = 'queued' AND started IS NULL AND start_by < ?", now
                ) { $0.text(0) }
                if !late.isEmpty { try Self.end(Ending(.startTimeout), database, condition, now) }
                let next = try database.query(
                    "SELECT min(start_by) FROM jobs WHERE state = 'queued' AND started IS NULL"
                ) { $0.optionalDouble(0) }.first ?? nil
                return (late, next)
            }
        }
        for id in late { changes.noteState(id) }
        if !late.isEmpty { endings.ring() }
        return next
    }

    /// After a start: what ran when the last process ended waits again; a cancelled one is over.
    func recover() throws(SQLiteError) {
        try use { database throws(SQLiteError) in
            try database.transaction { () throws(SQLiteError) in
                try Self.end(
                    Ending(.cancelled), database, "state = 'running' AND is_cancelled = ?11", .int(1)
                )
                try database.run("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
            }
        }
    }

    /// Forgets what was done long ago.
    func clean() throws(SQLiteError) {
        _ = try use { database throws(SQLiteError) in
            try database.run(
                "DELETE FROM jobs WHERE state = 'done' AND (finished < ?1 - \(Self.retention) OR expires < ?1)",
                .double(Timestamp.now.seconds)
            )
        }
    }
}
