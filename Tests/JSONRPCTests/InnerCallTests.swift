import JSON
import Synchronization
import Testing

@testable import JSONRPC

@Suite struct InnerCallTests {
    @Test func whatItTellsIsHeardAndItIsAnswered() async throws {
        let method = Method("work", running: { call async throws(RPCError) in
            await call.notify("told", ["by": .string(call.context as? String ?? "")])
            return ["was": call.params["is"] ?? .null]
        })
        let heard = Mutex<[JSON]>([])
        let result = try await method.result(["is": 7], context: "me") { _, params in heard.withLock { $0.append(params) } }
        #expect(result == ["was": 7])
        #expect(heard.withLock { $0 } == [["by": "me"]])
    }

    @Test func itsParamsAreChecked() async {
        let method = Method("work", check: { _ throws(RPCError) in throw .invalidParams("no") }, immediate: { _ in [:] })
        await #expect(throws: RPCError.invalidParams("no")) { try await method.result([:]) }
    }

    @Test func aCancelledTaskCancelsIt() async {
        let method = Method("wait", parked: { call in
            call.whenEnding { call.answer(.failure(.cancelled("\(call.ending == .cancelled)"))) }
        })
        let task = Task { () -> RPCError? in
            do throws(RPCError) { _ = try await method.result([:]) } catch { return error }
            return nil
        }
        task.cancel()
        #expect(await task.value == .cancelled("true"))
    }
}
