import JSON
import Testing

@testable import LocalQueue

struct ScriptTests {
    @Test func placesCountDown() throws {
        let script = try Script(["queue_seconds": 4, "queue_positions": 3])
        #expect([0, 0.5, 1.5, 2.5, 3.5, 4, 99].map(script.position(after:)) == [3, 3, 2, 1, 0, 0, 0])
        #expect(try Script([:]).position(after: 0) == 0)
    }

    @Test(arguments: [
        ["queue_seconds": -1], ["steps": 1_001], ["fail": "boredom"], ["fail": ["status": 200]], ["output_text": 1],
        ["file": ["size": -1]], ["output": 1, "fail": "field"], ["logs": [["level": "INFO"]]], ["headers": ["a": 1]],
        ["failing_runs": 10],
    ] as [JSON])
    func refused(script: JSON) { #expect(throws: Script.Malformed.self) { try Script(script) } }

    @Test func everyKindOfFailureHasAStatusAndABody() throws {
        for kind in Failure.kinds {
            let failure = try #require(Failure.kind(kind))
            #expect((400...599).contains(failure.status) && failure.body["detail"] != nil)
        }
    }

    @Test(.timeLimit(.minutes(1))) func anAlarmKeepsARingAndEndsByItself() async {
        let alarm = Alarm()
        alarm.ring()
        await alarm.wait(seconds: nil)
        await alarm.wait(seconds: 0.01)
    }
}
