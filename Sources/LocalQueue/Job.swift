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
    /// Runs that began and were not put back by an orderly end.
    let attempts: Int
    /// Runs that failed by their engine's or runner's fault, and were followed by another.
    let failedRuns: Int
    let startBy: Double?
    /// When the first run began.
    let started: Double?
    private(set) var status: Int?
    private(set) var body: String?
    private(set) var error: String?
    private(set) var errorType: String?
    private(set) var metrics: String?
    /// The run that counts: another one after the queue has run the request again.
    let gatewayID: String
    /// What is played in place of an engine.
    let script: JSON?
    /// Not run before this time.
    let notBefore: Double
    /// fal's lifecycle of what the model produces.
    let lifecycle: String?
    /// Whether the queue may run it again when its runner goes away.
    let isRetried: Bool
    private(set) var bodyType: String?
    private(set) var headers: JSONObject
    private(set) var expires: Double?

    /// How often we ended in the middle of it.
    var crashes: Int { attempts - 1 - failedRuns }

    /// Whether its first run began after the time by which it should have.
    var isTooLate: Bool {
        guard let startBy, let started, state == .running else { return false }
        return started > startBy
    }

    /// This job as it will be when its end can be written down.
    func ended(_ ending: Ending) -> Job {
        var job = self
        job.state = .done
        job.status = ending.status
        job.body = ending.body
        job.bodyType = ending.bodyType
        job.headers = ending.headers
        job.error = ending.error
        job.errorType = ending.errorType
        job.metrics = ending.metrics?.text
        return job
    }

    static let columns = """
        id, endpoint, base, input, seed, engine, state, is_cancelled, attempts, start_by, started, failed_runs, status,
        body, error, error_type, metrics, coalesce(gateway_id, id), script, not_before, lifecycle, is_retried,
        body_type, headers, expires
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
        failedRuns = Int(row.int(11))
        status = row.isNull(12) ? nil : Int(row.int(12))
        body = row.optionalText(13)
        error = row.optionalText(14)
        errorType = row.optionalText(15)
        metrics = row.optionalText(16)
        gatewayID = row.text(17)
        script = row.optionalText(18).flatMap { try? JSON.parse($0) }
        notBefore = row.double(19)
        lifecycle = row.optionalText(20)
        isRetried = row.int(21) != 0
        bodyType = row.optionalText(22)
        headers = row.optionalText(23).flatMap { try? JSON.parse($0) }?.objectValue ?? [:]
        expires = row.optionalDouble(24)
    }
}
