import FalProtocol
import Glibc
import Platform

// Everything that is not protocol belongs on stderr, whichever library writes it: the descriptor that was
// stdout is kept for the protocol alone, and number 1 points at stderr from here on.
let protocolOutput = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
dup2(STDERR_FILENO, STDOUT_FILENO)
Signals.ignoreBrokenPipe()
Memory.limitArenas(2)
Memory.mapLargePieces()

let code: CInt
do {
    code = try Command(Array(CommandLine.arguments.dropFirst())).run(output: protocolOutput)
} catch {
    let text = "\(Product.name): \(error)\n"
    Array(text.utf8).withUnsafeBytes { try? Descriptor.write(STDERR_FILENO, $0) }
    code = error is Arguments.Unusable ? 2 : 70
}
endProcess(code)
