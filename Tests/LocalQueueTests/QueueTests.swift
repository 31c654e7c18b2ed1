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
        try store.add(
            id: id, endpoint: endpoint, input: ["prompt": "x"], seed: 7, engine: "copy", isLow: low, startBy: startBy
        )
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
            try store.requeue("a", countsAttempt: false)
        }
        _ = try store.takeNext()
        try store.requeue("a", countsAttempt: true)
        #expect(try store.takeNext()?.attempts == 2)
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
        #expect(try store.job("late")?.isTooLate == true)
        #expect(try store.job("timely")?.isTooLate == false)
        try store.expire("late")
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
            try database.execute("PRAGMA user_version = 2")
        }
        let before = try Files.read(path, limit: 1 << 20)
        #expect(throws: Store.Unusable.self) { try Store(path) }
        #expect(try Files.read(path, limit: 1 << 20) == before)
    }
}
