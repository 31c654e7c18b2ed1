import Glibc
import Testing

@testable import Platform

/// Programs that are run to their end, under limits.
struct ProgramTests {
    private func shell(
        _ script: String, input: CInt? = nil, timeLimit: Double? = 20, limits: ProgramLimits = ProgramLimits()
    ) async throws -> Program.Outcome {
        try await Program.run(
            "/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], input: input, timeLimit: timeLimit,
            limits: limits
        )
    }

    @Test func itReadsWhatItIsGiven() async throws {
        let pipe = try Pipe.make()
        let text = Array("one\ntwo\n".utf8)
        #expect(write(pipe.write, text, text.count) == text.count)
        close(pipe.write)
        let outcome = try await shell("wc -l; echo done >&2; exit 3", input: pipe.read)
        #expect(String(decoding: outcome.output, as: UTF8.self) == "2\n")
        #expect(outcome.error == "done\n" && outcome.exit == .code(3) && !outcome.isTimedOut)
    }

    @Test func limitsAreSet() async throws {
        let limits = ProgramLimits(addressSpace: 3 << 30, memory: 2 << 30, file: 1 << 20)
        let outcome = try await shell("ulimit -v; ulimit -d; ulimit -f; ulimit -c", limits: limits)
        // Kilobytes, and blocks of 512 bytes.
        #expect(String(decoding: outcome.output, as: UTF8.self) == "\(3 << 20)\n\(2 << 20)\n2048\n0\n")
    }

    @Test func itIsKilledInTime() async throws {
        let outcome = try await shell("sleep 60", timeLimit: 0.2)
        #expect(outcome.isTimedOut && outcome.exit == .signal(SIGKILL))
    }

    @Test func aCancelledTaskKillsIt() async throws {
        let task = Task { try await shell("sleep 60", timeLimit: nil) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        #expect(try await task.value.exit == .signal(SIGKILL))
    }

    @Test func whatCannotStartIsSaid() async throws {
        let pipe = try Pipe.make()
        defer { close(pipe.write) }
        // Under limits, it is `prlimit` that starts.
        let outcome = try? await Program.run("/none", [], environment: [:], input: pipe.read, timeLimit: 5)
        #expect(outcome?.isSuccess != true)
    }
}
