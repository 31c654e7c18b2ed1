import JSON
import Platform
import SQLite

/// What a status tells of a job: its row without the input and the output, which may be large.
struct JobGlimpse: Sendable {
    let base: String
    private(set) var state: Job.State
    let isCancelled: Bool
    let startBy: Double?
    let started: Double?
    let notBefore: Double
    /// Only while it waits for its time.
    let script: JSON?
    private(set) var metrics: String?
    private(set) var error: String?
    private(set) var errorType: String?

    /// Whether it still waits for its first run after the time by which that should have begun.
    var isTooLate: Bool {
        guard let startBy, state == .queued, started == nil else { return false }
        return Timestamp.now.seconds > startBy
    }

    fileprivate static let query = """
        SELECT base, state, is_cancelled, start_by, started, not_before,
        CASE WHEN state = 'queued' AND not_before > ?1 THEN script END, metrics, error, error_type
        FROM jobs WHERE id = ?2
        """

    fileprivate init(_ row: Statement) {
        base = row.text(0)
        state = Job.State(rawValue: row.text(1)) ?? .done
        isCancelled = row.int(2) != 0
        startBy = row.optionalDouble(3)
        started = row.optionalDouble(4)
        notBefore = row.double(5)
        script = row.optionalText(6).flatMap { try? JSON.parse($0) }
        metrics = row.optionalText(7)
        error = row.optionalText(8)
        errorType = row.optionalText(9)
    }

    /// As it will be when its end can be written down.
    fileprivate func ended(_ ending: Ending) -> JobGlimpse {
        var job = self
        job.state = .done
        job.metrics = ending.metrics?.text ?? metrics
        job.error = ending.error
        job.errorType = ending.errorType
        return job
    }
}

extension Store {
    func glimpse(_ id: String) throws(SQLiteError) -> JobGlimpse? {
        let job = try use { database throws(SQLiteError) in
            try database.query(JobGlimpse.query, .double(Timestamp.now.seconds), .text(id)) { JobGlimpse($0) }.first
        }
        guard let job, job.state == .running, let ending = unwritten.withLock({ $0[id] }) else { return job }
        return job.ended(ending)
    }
}
