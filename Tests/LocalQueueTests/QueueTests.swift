import FalProtocol
import JSON
import Platform
import SQLite
import Testing

@testable import LocalQueue

struct QueueTests {
    private let folder: Folder
    private let store: Store
    private let endpoint: EndpointID

    init() throws {
        folder = try Folder()
        store = try Store(folder.file("queue.db"))
        endpoint = try EndpointID(EndpointID.animateDiffVideoToVideo)
    }

    @discardableResult
    private func add(_ id: String, low: Bool = false, startBy: Double? = nil) throws -> Int {
        var job = Store.NewJob(id: id, endpoint: endpoint, input: ["prompt": "x"], seed: 7, engine: "copy")
        job.isLow = low
        job.startBy = startBy
        return try store.add(job)
    }

    @Test func firstComeFirstServedAndLowOnesLast() throws {
        #expect(try add("low", low: true) == 0)
        #expect(try add("a") == 0)
        #expect(try add("b") == 1)
        #expect(try store.position("low") == 2)
        #expect(try store.takeNext()?.id == "a")
        #expect(try store.position("b") == 0)
        #expect(try store.takeNext()?.id == "b")
        #expect(try store.takeNext()?.id == "low")
        #expect(try store.takeNext()?.id == nil)
    }

    @Test func whatRanWaitsAgainAfterARestart() throws {
        try add("a")
        try add("b")
        #expect(try store.takeNext()?.attempts == 1)
        let again = try Store(folder.file("queue.db"))
        try again.recover()
        #expect(try again.position("b") == 1)
        let job = try #require(try again.takeNext())
        #expect(
            job.id == "a" && job.attempts == 2 && job.seed == 7 && job.input == ["prompt": "x"] && job.engine == "copy"
        )
    }

    @Test func anOrderlyEndCountsNoAttempt() throws {
        try add("a")
        for _ in 0..<5 {
            #expect(try store.takeNext()?.attempts == 1)
            try store.requeue("a", hasFailed: false)
        }
        _ = try store.takeNext()
        try store.requeue("a", hasFailed: true)
        let again = try #require(try store.takeNext())
        #expect(again.attempts == 2 && again.failedRuns == 1 && again.crashes == 0)
    }

    @Test func ourOwnEndsAreCountedApart() throws {
        try add("a")
        _ = try store.takeNext()
        try store.requeue("a", hasFailed: true)
        for count in 0..<3 {
            let job = try #require(try store.takeNext())
            #expect(job.failedRuns == 1 && job.crashes == count)
            try store.recover()
        }
    }

    @Test func aJobThatHadStartedIsNeverTooLate() throws {
        try add("a", startBy: Timestamp.now.seconds + 0.05)
        #expect(try store.takeNext()?.isTooLate == false)
        try store.requeue("a", hasFailed: false)
        while try Timestamp.now.seconds <= (store.glimpse("a")?.startBy ?? 0) {}
        #expect(try store.glimpse("a")?.isTooLate == false)
        #expect(try store.expire() == nil)
        let job = try #require(try store.takeNext())
        #expect(job.id == "a" && !job.isTooLate)
    }

    @Test func aGlimpseIsAJobWithoutWhatIsLarge() throws {
        var job = Store.NewJob(id: "a", endpoint: endpoint, input: [:], seed: 7, engine: nil)
        job.script = ["queue_seconds": 60]
        job.notBefore = Timestamp.now.seconds + 60
        _ = try store.add(job)
        #expect(try store.glimpse("a")?.script == job.script)
        #expect(try store.glimpse("a")?.base == endpoint.base && store.glimpse("b") == nil)
        try store.finish("a", Ending(.cancelled, metrics: ["n": 1]))
        let done = try #require(try store.glimpse("a"))
        #expect(done.state == .done && done.errorType == "client_cancelled" && done.metrics == #"{"n":1}"#)
    }

    @Test func whatCannotBeWrittenIsKnownUntilItCan() throws {
        try add("a")
        _ = try store.takeNext()
        try store.use { database throws(SQLiteError) in try database.execute("PRAGMA query_only = ON") }
        store.settle("a", Ending(.server("no")))
        #expect(try store.glimpse("a")?.state == .done && store.hasUnwritten)
        try store.use { database throws(SQLiteError) in try database.execute("PRAGMA query_only = OFF") }
        store.settleUnwritten()
        #expect(try !store.hasUnwritten && Store(folder.file("queue.db")).glimpse("a")?.state == .done)
    }

    @Test func cancel() throws {
        try add("running")
        try add("waiting")
        _ = try store.takeNext()
        #expect(try store.cancel("waiting", .cancelled) == .queued)
        #expect(try store.job("waiting")?.state == .done)
        #expect(try store.job("waiting")?.status == 499)
        #expect(try store.cancel("waiting", .cancelled) == .done)
        #expect(try store.cancel("running", .cancelled) == .running)
        #expect(try store.job("running")?.isCancelled == true)
        // The process may end before the engine has answered: then the job is over, and is not run again.
        try store.recover()
        #expect(try store.job("running")?.state == .done)
        #expect(try store.takeNext()?.id == nil)
    }

    @Test func aJobThatShouldHaveStarted() throws {
        try add("late", startBy: Timestamp.now.seconds - 1)
        try add("timely", startBy: Timestamp.now.seconds + 60)
        #expect(try store.glimpse("late")?.isTooLate == true)
        #expect(try store.glimpse("timely")?.isTooLate == false)
        #expect(try store.expire() == store.glimpse("timely")?.startBy)
        #expect(try store.job("late")?.errorType == "request_timeout")
        #expect(try store.takeNext()?.id == "timely")
    }

    @Test func logsAreBounded() throws {
        try add("a")
        for number in 0..<2_100 {
            try store.log("a", level: "INFO", "\(number)" + String(repeating: "ü", count: 2_000))
        }
        let lines = try store.logs("a")
        #expect(lines.count == 2_000)
        #expect(lines[1_999].message.hasPrefix("1999") && lines[0].message.utf8.count <= 2_003)
    }

    @Test func aNewerDatabaseIsLeftAlone() throws {
        let path = folder.file("newer.db")
        do {
            let database = try Database(path: path)
            try database.execute("PRAGMA user_version = 4")
        }
        let before = try Files.read(path, limit: 1 << 20)
        #expect(throws: Store.Unusable.self) { try Store(path) }
        #expect(try Files.read(path, limit: 1 << 20) == before)
    }

    @Test func aFolderOfTheFirstFormIsTakenOver() throws {
        let path = folder.file("first.db")
        do {
            let database = try Database(path: path)
            try database.execute(Forms.steps[0])
            try database.execute("PRAGMA user_version = 1")
            try database.execute(
                """
                INSERT INTO jobs (id, serial, endpoint, base, input, seed, is_low, state, created)
                VALUES ('old', 1, 'fal-ai/fast-animatediff/video-to-video', 'fal-ai/fast-animatediff', '{}', 7, 0,
                'queued', 1);
                INSERT INTO files VALUES ('/files/b/x/y', 'hash', 'video/mp4', 'y', 5, 1, NULL);
                INSERT INTO uploads VALUES ('token', '/files/b/x/z', 'video/mp4', 'z', NULL, 9e9);
                """
            )
        }
        let store = try Store(path)
        let files = try FileStore(folder: folder.file("files"), store: store)
        #expect(try files.file("/files/b/x/y")?.access == .allow)
        #expect(try files.place(token: "token")?.hasParts == false)
        let job = try #require(try store.takeNext())
        #expect(job.id == "old" && job.gatewayID == "old" && job.isRetried && job.script == nil)
        try store.finish("old", Ending(output: ["ok": true], metrics: nil))
        #expect(try store.job("old")?.body == #"{"ok":true}"#)
        #expect(try Store(path).job("old")?.state == .done)
    }

    @Test func whatIsNotToBeKept() throws {
        var job = Store.NewJob(id: "a", endpoint: endpoint, input: ["prompt": "x"], seed: 7, engine: nil)
        job.keepsIO = false
        _ = try store.add(job)
        _ = try store.takeNext()
        try store.finish("a", Ending(output: .string(String(repeating: "x", count: 20_000)), metrics: nil))
        let done = try #require(try store.job("a"))
        #expect(done.input == [:])
        #expect(abs((done.expires ?? 0) - Timestamp.now.seconds - 360) < 30)
    }
}
