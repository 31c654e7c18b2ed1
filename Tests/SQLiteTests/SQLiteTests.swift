import SQLite
import Testing

@Suite struct SQLiteTests {
    @Test func valuesRoundTrip() throws {
        let database = try Database(path: ":memory:")
        try database.execute("CREATE TABLE t (a, b, c, d)")
        try database.run("INSERT INTO t VALUES (?, ?, ?, ?)", 7, "é\u{0}x", .double(0.5), .blob([0, 255]))
        let rows = try database.query("SELECT * FROM t") { ($0.int(0), $0.text(1), $0.double(2), $0.blob(3)) }
        #expect(rows.count == 1)
        #expect(rows[0] == (7, "é\u{0}x", 0.5, [0, 255]))
    }

    @Test func aThrowRollsBack() throws {
        let database = try Database(path: ":memory:")
        try database.execute("CREATE TABLE t (a UNIQUE)")
        #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in
                try database.run("INSERT INTO t VALUES (1)")
                try database.run("INSERT INTO t VALUES (1)")
            }
        }
        #expect(try database.query("SELECT a FROM t") { $0.int(0) } == [])
    }

    @Test func errorsSayWhat() {
        let error = #expect(throws: SQLiteError.self) { try Database(path: "/nonexistent/folder/x.db") }
        #expect(error?.isReadOnly == true)
    }
}
