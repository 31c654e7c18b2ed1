import FalClient
import Glibc
import JSON
import JSONRPC
import JSONSchema
import Platform
import Testing

@testable import Bridge

@Suite struct SurfaceTests {
    @Test func everyDocumentCompilesAndEveryMethodHasOne() throws {
        let bridge = try Bridge(Settings()) {}
        let documented = Set(Surface.documents.map(\.name))
        for (name, parameters) in Parameters.all() where name != "ping" {
            let error = #expect(throws: RPCError.self) { try parameters.check(["no such parameter": 1]) }
            #expect(error?.code == -32602)
        }
        #expect(Set(bridge.methods.map(\.name)) == documented)
    }
}
