import FalClient
import Glibc
import JSON
import JSONRPC
import JSONSchema
import Platform
import Surface
import Testing

@testable import Bridge

@Suite struct SurfaceTests {
    @Test func everyDocumentCompilesAndEveryMethodHasOne() throws {
        let bridge = try Bridge(Settings(), discover: { _ in [:] }) {}
        let documented = Set(Surface.methodTexts.map(\.name))
        for (name, parameters) in Parameters.all() where !["ping", "shutdown"].contains(name) {
            let error = #expect(throws: RPCError.self) { try parameters.check(["no such parameter": 1]) }
            #expect(error?.code == -32602)
        }
        // The server has this one by itself.
        #expect(Set(bridge.methods.map(\.name) + ["shutdown"]) == documented)
    }
}
