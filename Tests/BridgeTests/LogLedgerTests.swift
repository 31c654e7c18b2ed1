import FalProtocol
import Testing

@testable import Bridge

@Suite struct LogLedgerTests {
    private func lines(_ texts: String...) -> [LogLine] {
        texts.map { LogLine(timestamp: "t", level: "INFO", message: $0) }
    }

    @Test func theWholeLogEachTime() {
        var ledger = LogLedger()
        #expect(ledger.whole(lines("a", "b")) == lines("a", "b"))
        #expect(ledger.whole(lines("a", "b")).isEmpty)
        #expect(ledger.whole(lines("a", "b", "b")) == lines("b"))
        // The server keeps the last lines only.
        #expect(ledger.whole(lines("b", "b", "c")) == lines("c"))
        #expect(ledger.whole([]).isEmpty)
    }

    @Test func aStreamThatBeginsAnewOrGoesOn() {
        for replayed in [lines("a", "b", "b"), lines("b"), []] {
            var ledger = LogLedger()
            ledger.beginStream()
            #expect(ledger.delta(lines("a", "b")) == lines("a", "b"))
            #expect(ledger.delta(lines("b")) == lines("b"))
            ledger.beginStream()
            #expect(ledger.delta(replayed + lines("c")) == lines("c"))
            #expect(ledger.delta(lines("c")) == lines("c"))
        }
    }
}
