import Glibc
import JSONRPC
import Platform

/// The folders that files may be read from and written to.
struct Roots: Sendable {
    /// Absolute, links resolved.
    let folders: [String]

    /// The real path of a file that is to be read.
    func readable(_ path: String) throws(RPCError) -> String {
        let absolute = Files.absolute(path)
        let real: String
        do { real = try Files.resolve(absolute) } catch {
            // What is not there is outside, too, if it would be: no caller learns which files exist elsewhere.
            guard contains(Self.nearestReal(absolute)) else { throw outside(path) }
            throw .io(error, path: path)
        }
        guard contains(real) else { throw outside(path) }
        return real
    }

    /// The real path of a file that is to be written; its folder must exist or be one that can be made.
    func writable(_ path: String) throws(RPCError) -> String {
        let absolute = Files.absolute(path)
        if let real = try? Files.resolve(absolute) {
            guard contains(real) else { throw outside(path) }
            return real
        }
        guard contains(Self.nearestReal(absolute)) else { throw outside(path) }
        return absolute
    }

    private func contains(_ real: String) -> Bool {
        folders.contains { $0 == "/" || real == $0 || real.hasPrefix($0 + "/") }
    }

    /// The real path of the nearest folder above `path` that exists; with `..` in what does not exist, nothing.
    private static func nearestReal(_ path: String) -> String {
        var above = path
        while above != "/" {
            if Files.name(of: above) == ".." { return "" }
            above = Files.parent(of: above)
            if let real = try? Files.resolve(above) { return real }
        }
        return "/"
    }

    private func outside(_ path: String) -> RPCError {
        RPCError(
            code: 1001, kind: "outside_roots",
            message: "\(path) is outside the folders that may be used: \(folders.joined(separator: ", "))"
        )
    }
}
