import JSON
import Testing

@testable import MCP

@Suite struct RevisionTests {
    @Test func batchesExistInOneRevision() {
        #expect(Revision.allCases.filter(\.hasBatches) == [.march2025])
    }

    @Test func theNewestIsToldFirst() {
        #expect(Revision.names.first == "2026-07-28")
        #expect(Revision.modernNames == ["2026-07-28"])
    }
}
