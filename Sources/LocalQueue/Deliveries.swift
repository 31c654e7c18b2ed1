import Platform
import SQLite

/// The webhooks' rows: one with its job from the start, so that none is forgotten between the job's end and its call.
extension Store {
    struct Delivery: Sendable {
        let job: String
        let url: String
        /// What our files' paths are put after.
        let base: String
        /// Calls that were made.
        let attempts: Int
    }

    /// The calls that are due, the longest due first.
    func dueDeliveries(limit: Int) throws(SQLiteError) -> [Delivery] {
        try use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT job, url, deliveries.base, deliveries.attempts FROM deliveries JOIN jobs ON jobs.id = job
                WHERE deliveries.state = 'waiting' AND next <= ? AND jobs.state = 'done' ORDER BY next LIMIT ?
                """, .double(Timestamp.now.seconds), .int(Int64(limit))
            ) { Delivery(job: $0.text(0), url: $0.text(1), base: $0.text(2), attempts: Int($0.int(3))) }
        }
    }

    /// When the next call that is not yet due will be.
    func nextDelivery() throws(SQLiteError) -> Double? {
        try use { database throws(SQLiteError) in
            try database.query(
                """
                SELECT min(next) FROM deliveries JOIN jobs ON jobs.id = job
                WHERE deliveries.state = 'waiting' AND next > ? AND jobs.state = 'done'
                """, .double(Timestamp.now.seconds)
            ) { $0.optionalDouble(0) }.first ?? nil
        }
    }

    /// Writes down what came of a call.
    /// - Parameter next: when it is tried again; nil where it is not.
    func settleDelivery(_ job: String, isDelivered: Bool, outcome: String, next: Double?) throws(SQLiteError) {
        let state = isDelivered ? "delivered" : next == nil ? "failed" : "waiting"
        _ = try use { database throws(SQLiteError) in
            try database.run(
                """
                UPDATE deliveries SET state = ?, outcome = ?, attempts = attempts + 1, next = coalesce(?, next)
                WHERE job = ?
                """, .text(state), .text(outcome), .optional(next), .text(job)
            )
        }
    }

    /// Webhooks of jobs that run or ended and have still to be called.
    func countDeliveries() throws(SQLiteError) -> Int {
        try use { database throws(SQLiteError) in
            try database.query("SELECT count(*) FROM deliveries WHERE state = 'waiting'") { Int($0.int(0)) }.first ?? 0
        }
    }
}
