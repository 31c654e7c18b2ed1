import Bridge
import Glibc
import Platform

/// The program as others start it: a child behind real pipes, asked in both framings, with rubbish in between.
enum WireCheck {
    private static let limit = 20.0
    private static let calls = [
        #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"n":0.1}}"#, #"{"jsonrpc":"#,
        #"{"jsonrpc":"2.0","id":"ü","method":"ping"}"#,
    ]
    private static let answers = [
        #"{"jsonrpc":"2.0","id":1,"result":{"n":0.1}}"#, #""code":-32700"#, #"{"jsonrpc":"2.0","id":"ü","result":{}}"#,
    ]

    static func finding() -> Finding {
        let start = Instant.now
        do {
            let reasons = [("lines", try ask(headers: false)), ("headers", try ask(headers: true))]
            let wrong = reasons.compactMap { name, reason in reason.map { "\(name): \($0)" } }
            guard wrong.isEmpty else { return fault(wrong.joined(separator: "; ")) }
            let milliseconds = Int((Instant.now.seconds(since: start) * 1_000).rounded())
            return Finding(
                .wire, "framings", .ok,
                "lines and headers answer through a pipe, rubbish between them (\(milliseconds) ms)",
                more: ["lines": true, "headers": true]
            )
        } catch {
            return fault("\(error)")
        }
    }

    private static func fault(_ words: String) -> Finding {
        Finding(
            .wire, "framings", .fault, words,
            todo: "this is a fault of the program's or of its build: build it anew, report it"
        )
    }

    /// - Returns: what is wrong; nil where all is right.
    private static func ask(headers: Bool) throws -> String? {
        let scratch = try ScratchFolder()
        let environment = [
            "PATH": Environment.get("PATH") ?? "/usr/bin:/bin", "FAL_BRIDGE_STATE": scratch.path,
            "FAL_BRIDGE_BACKEND": Settings.BackendChoice.local.rawValue,
        ]
        func framed(_ text: String) -> String {
            headers ? "Content-Length: \(text.utf8.count)\r\n\r\n\(text)" : text + "\n"
        }
        guard let program = Files.program else { return "the program's own path is not known" }
        let input = try Pipe.holding(Array(calls.map(framed).joined().utf8))
        let outcome = Monitor<Result<Program.Outcome, SystemError>?>(nil)
        Task.detached {
            let result: Result<Program.Outcome, SystemError>
            do throws(SystemError) {
                result = .success(try await Program.run(
                    program, ["serve"], environment: environment, input: input, timeLimit: limit
                ))
            } catch {
                result = .failure(error)
            }
            outcome.update { $0 = result }
        }
        guard let done = try outcome.wait({ $0 })?.get() else { return "nothing" }
        withExtendedLifetime(scratch) {}
        if done.isTimedOut { return "no answer within \(Int(limit)) s" }
        guard done.isSuccess else { return "it ended with \(done.exit): \(done.error)" }
        let text = String(decoding: done.output, as: UTF8.self)
        for (index, answer) in answers.enumerated() where index != 1 && !text.has(framed(answer)) {
            return "no answer to call \(index + 1)"
        }
        return text.has(answers[1]) ? nil : "rubbish is not answered"
    }
}
