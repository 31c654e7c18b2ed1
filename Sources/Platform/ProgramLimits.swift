/// What a program may take of the machine.
///
/// The limits are set by `prlimit`, and its end is tied to ours by `setpriv`: both are part of util-linux, which every
/// Debian has. Without them it runs unlimited.
public struct ProgramLimits: Sendable {
    /// Bytes of address space.
    public var addressSpace: Int64?
    /// Bytes of memory that it can write to and shares with nobody. Address space that is only reserved does not
    /// count, of which the libraries for graphics cards take more than any machine has.
    public var memory: Int64?
    /// Bytes of any file that it writes.
    public var file: Int64?

    public init(addressSpace: Int64? = nil, memory: Int64? = nil, file: Int64? = nil) {
        self.addressSpace = addressSpace
        self.memory = memory
        self.file = file
    }

    /// The command that runs `path` under these limits, without a core file, and killed when the thread that starts it
    /// ends.
    public func command(_ path: String, _ arguments: [String]) -> (path: String, arguments: [String]) {
        var words = [path] + arguments
        if let setpriv = ChildProcess.find("setpriv") { words = [setpriv, "--pdeathsig", "KILL", "--"] + words }
        if let prlimit = ChildProcess.find("prlimit") {
            let limits = [("as", addressSpace), ("data", memory), ("fsize", file), ("core", 0)]
            words = [prlimit] + limits.compactMap { name, value in value.map { "--\(name)=\($0)" } } + ["--"] + words
        }
        return (words[0], Array(words.dropFirst()))
    }
}
