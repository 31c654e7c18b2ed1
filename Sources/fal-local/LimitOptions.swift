import ArgumentParser
import LocalQueue

/// What a job may take of the machine. Most of it is for tests, which have no time to wait for what is usual.
struct LimitOptions: ParsableArguments {
    @Option(help: "Memory of an engine, in GiB (else three quarters of the machine's).") var engineMemory: Double?
    @Option(help: ArgumentHelp("MiB of a file that an engine writes.", visibility: .hidden)) var engineFile: Double?
    @Option(help: ArgumentHelp("Seconds that an engine may say nothing for.", visibility: .hidden))
    var engineSilence: Double?
    @Option(help: ArgumentHelp("MiB of a video that is fetched.", visibility: .hidden)) var fetchSize: Double?
    @Option(help: ArgumentHelp("Seconds in which a video must come.", visibility: .hidden)) var fetchTime: Double?
    @Option(help: ArgumentHelp("Seconds without a byte of a video.", visibility: .hidden)) var fetchStall: Double?

    func validate() throws {
        for value in [engineMemory, engineFile, engineSilence, fetchSize, fetchTime, fetchStall] {
            guard let value else { continue }
            guard value.isFinite, value > 0, value <= 1e6 else { throw ValidationError("a limit is over 0 to 1000000") }
        }
    }

    var limits: Limits {
        var limits = Limits()
        if let engineMemory { limits.engineMemory = Int64(engineMemory * Double(1 << 30)) }
        if let engineFile { limits.engineFile = Int64(engineFile * Double(1 << 20)) }
        if let engineSilence { limits.engineSilence = engineSilence }
        if let fetchSize { limits.fetchBytes = Int64(fetchSize * Double(1 << 20)) }
        if let fetchTime { limits.fetchTime = fetchTime }
        if let fetchStall { limits.fetchStall = fetchStall }
        return limits
    }
}
