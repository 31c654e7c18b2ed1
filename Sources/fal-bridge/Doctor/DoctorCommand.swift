import Bridge
import FalProtocol
import Glibc
import HTTP
import JSON
import Platform
import Recording
import Surface

/// `fal-bridge doctor [HOST]`: what is found and what is missing, each with what to do about it; then what editors and
/// agents are told. With a host's word, only what that one is told.
struct DoctorCommand {
    private let arguments: Arguments
    private let output: CInt

    init(_ arguments: Arguments, output: CInt) {
        self.arguments = arguments
        self.output = output
    }

    /// - Returns: 0 where all is there that is needed, else 1.
    func run() throws -> CInt {
        guard arguments.words.count <= 1 else {
            throw Arguments.Unusable(description: "doctor takes one host: '\(arguments.words[1])' is too many")
        }
        if let word = arguments.words.first {
            guard let host = HostConfiguration.named(word) else {
                let known = HostConfiguration.all.map(\.word).joined(separator: ", ")
                throw Arguments.Unusable(description: "no host '\(word)': \(known)")
            }
            write(text(host))
            return 0
        }
        let findings = examine()
        let hasFault = findings.contains { $0.mark == .fault }
        if arguments.has("json") {
            write((json(findings, isSound: !hasFault)).text + "\n")
        } else {
            show(findings)
        }
        return hasFault ? 1 : 0
    }

    /// Everything, side by side as far as it waits for others.
    private func examine() -> [Finding] {
        let settings: Settings
        do { settings = try arguments.settings() } catch {
            // Without settings there is nothing to ask, but what does not depend on them is told.
            let fault = Finding(.key, "settings", .fault, "\(error)", todo: "put that right, and start doctor again")
            return ProgramCheck.findings + [fault] + [WireCheck.finding()]
        }
        let keyFile = arguments.last("key-file")
        let findings = Monitor<[Finding]?>(nil)
        Task.detached {
            let http = HTTPClient()
            async let hosts = HostCheck(settings, http).findings()
            async let local = LocalCheck(settings, http).findings()
            async let wire = onThread { WireCheck.finding() }
            var all = ProgramCheck.findings + KeyCheck(settings, keyFile: keyFile).findings
            all += await hosts
            all += StateCheck(settings).findings
            all += await local
            all.append(await wire)
            let done = all
            findings.update { $0 = done }
        }
        return (findings.wait { $0 } ?? []).map(masked)
    }

    /// Nothing that is said has a secret in it, whoever put it there.
    private func masked(_ finding: Finding) -> Finding {
        var redaction = Redaction(WireWatch.rules(try? arguments.settings()))
        let words = redaction.redact(finding.words)
        guard words != finding.words else { return finding }
        return Finding(finding.section, finding.name, finding.mark, words, todo: finding.todo, more: finding.more)
    }

    // MARK: For people

    private func show(_ findings: [Finding]) {
        let view = DoctorView(isTerminal: isatty(output) == 1)
        var text = view.text(findings)
        text += "\n" + view.title("What editors and agents are told") + "\n"
        text += "  Each alone: \(Product.name) doctor WORD > FILE\n"
        for host in HostConfiguration.all {
            let places = host.files.joined(separator: " or ")
            text += "\n  \(view.title(host.name)) (\(host.word))\n"
            for line in DoctorView.wrapped(places, 76) + (host.note.map { DoctorView.wrapped($0, 76) } ?? []) {
                text += "  \(line)\n"
            }
            text += "\n"
            for line in self.text(host).split(separator: "\n") { text += "    \(line)\n" }
        }
        let wrong = findings.filter { $0.mark == .fault } + findings.filter { $0.mark == .warning }
        text += "\n" + view.title(Self.verdict(findings)) + "\n"
        for finding in wrong { text += view.text(finding) }
        write(text)
    }

    private static func verdict(_ findings: [Finding]) -> String {
        func count(_ mark: Finding.Mark, _ word: String) -> String? {
            let number = findings.filter { $0.mark == mark }.count
            return number == 0 ? nil : "\(number) \(word)\(number == 1 ? "" : "s")"
        }
        let wrong = [count(.fault, "fault"), count(.warning, "warning")].compactMap(\.self)
        return wrong.isEmpty ? "All that is needed is there." : wrong.joined(separator: ", ")
    }

    // MARK: For programs

    private func json(_ findings: [Finding], isSound: Bool) -> JSON {
        [
            "ok": .bool(isSound), "program": .string(Product.name), "version": .string(Product.version),
            "findings": .array(findings.map(\.json)),
            "configurations": .array(HostConfiguration.all.map { host in
                [
                    "name": .string(host.name), "word": .string(host.word),
                    "files": .array(host.files.map(JSON.string)), "language": .string(host.language),
                    "note": host.note.map(JSON.string) ?? .null, "text": .string(text(host)),
                ]
            }),
        ]
    }

    /// What a host is told, with this program's path and what doctor was started with.
    private func text(_ host: HostConfiguration) -> String {
        host.text(
            program: Files.program ?? Product.name, root: arguments.last("root").map(Files.absolute),
            keyFile: arguments.last("key-file").map(Files.absolute)
        )
    }

    private func write(_ text: String) {
        Array(text.utf8).withUnsafeBytes { try? Descriptor.write(output, $0) }
    }
}
