import Glibc
import JSONRPC
import Platform

/// The folders that files may be read from and written to.
///
/// What counts is where an open descriptor leads by the kernel's word; a name that is looked up twice may lead to
/// two places.
struct Roots: Sendable {
    /// Absolute, links resolved.
    let folders: [String]
    /// Whether hidden files and such as keys are kept in are left alone.
    var isCareful = false

    /// Opens a file that is to be read. Nothing that could block or have an effect is opened on the way.
    func open(_ path: String) throws(RPCError) -> OpenFile {
        try check(path)
        let absolute = absolute(path)
        do {
            // O_PATH, which Swift does not import: a look at what stands there, be it a device or a pipe, without
            // opening it.
            let place = try Descriptor.open(absolute, 0o10000000)
            let real = try Files.realPath(of: place.raw)
            guard contains(real) else { throw outside(path) }
            try judge(real, path)
            let status = try Files.status(of: place.raw)
            guard status.isRegular else { throw RPCError.io("\(path): not a file") }
            guard status.links > 0 else { throw SystemError(code: ENOENT, operation: "open", path: path) }
            // The same file again, by its descriptor in place of its name.
            let file = try Descriptor.open("/proc/self/fd/\(place.raw)", O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let open = try OpenFile(file, path: path)
            if isCareful, SecretFiles.isKey(try open.start(64)) { throw leftAlone(path, "it holds a key") }
            return open
        } catch let error as RPCError {
            throw error
        } catch {
            // What is not there is outside, too, if it would be: no caller learns which files exist elsewhere.
            guard contains(Self.nearestReal(absolute)) else { throw outside(path) }
            throw .io(error as? SystemError ?? SystemError(code: EIO, operation: "open", path: path), path: path)
        }
    }

    /// The real path of what exists already.
    func readable(_ path: String) throws(RPCError) -> String {
        try check(path)
        let absolute = absolute(path)
        let real: String
        do { real = try Files.resolve(absolute) } catch {
            guard contains(Self.nearestReal(absolute)) else { throw outside(path) }
            throw .io(error, path: path)
        }
        guard contains(real) else { throw outside(path) }
        try judge(real, path)
        return real
    }

    /// The real path of a file that is to be written, as far as can be told beforehand: its folder must exist or be
    /// one that can be made.
    func writable(_ path: String) throws(RPCError) -> String {
        try check(path)
        let absolute = absolute(path)
        if let real = try? Files.resolve(absolute) {
            guard contains(real) else { throw outside(path) }
            try judge(real, path)
            return real
        }
        guard contains(Self.nearestReal(absolute)) else { throw outside(path) }
        try judge(absolute, path)
        return absolute
    }

    /// The folder at `path`, open, made where it is missing.
    func folder(_ path: String) throws(RPCError) -> Folder {
        try check(path)
        var existing = absolute(path)
        var missing: [String] = []
        while existing != "/", !Files.exists(existing) {
            let name = Files.name(of: existing)
            guard name != ".." else { throw outside(path) }
            if !name.isEmpty, name != "." { missing.append(name) }
            existing = Files.parent(of: existing)
        }
        do {
            var folder = try Folder(existing)
            guard contains(try folder.realPath()) else { throw outside(path) }
            // No link is followed from here on, so every step stays below.
            for name in missing.reversed() {
                if isCareful, name.hasPrefix(".") { throw leftAlone(path, "'\(name)' is hidden") }
                folder = try folder.entering(name)
            }
            let real = try folder.realPath()
            guard contains(real) else { throw outside(path) }
            try judge(real, path)
            return folder
        } catch {
            if let error = error as? RPCError { throw error }
            throw .io(error as? SystemError ?? SystemError(code: EIO, operation: "open"), path: path)
        }
    }

    /// Whether the path is below a root, be there a file or not.
    func mayHave(_ path: String) -> Bool {
        let absolute = absolute(path)
        return contains((try? Files.resolve(absolute)) ?? Self.nearestReal(absolute))
    }

    /// What the caller means by the path. Who cannot know where we run means the first root by a relative one.
    func absolute(_ path: String) -> String {
        guard isCareful, let root = folders.first, !path.hasPrefix("/") else { return Files.absolute(path) }
        if path.hasPrefix("~/"), let home = Environment.get("HOME") {
            return Files.join(home, String(path.dropFirst(2)))
        }
        return Files.join(root, path)
    }

    /// A path ends for the kernel where it has a zero byte; what stands behind would not be what was judged.
    private func check(_ path: String) throws(RPCError) {
        guard !path.utf8.contains(0) else { throw .invalidParams("a path with a zero byte in it") }
        guard !path.isEmpty else { throw .invalidParams("an empty path") }
    }

    /// By bytes: to Swift's `==` two names are equal that differ in how an accent is written, and to the kernel not.
    private func contains(_ real: String) -> Bool { innermost(real) != nil }

    /// How many bytes of `real` are the longest root that it is in; nil where it is in none.
    private func innermost(_ real: String) -> Int? {
        let path = Array(real.utf8)
        return folders.compactMap { folder in
            let root = folder == "/" ? [] : Array(folder.utf8)
            let isIn = path.starts(with: root) && (path.count == root.count || path[root.count] == UInt8(ascii: "/"))
            return isIn ? root.count : nil
        }.max()
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

    /// Refuses what a careful caller leaves alone below its roots.
    private func judge(_ real: String, _ path: String) throws(RPCError) {
        guard isCareful else { return }
        // Below the innermost root: a folder that is a root itself may be hidden.
        let below = String(decoding: real.utf8.dropFirst(innermost(real) ?? 0), as: UTF8.self)
        if let objection = SecretFiles.objection(to: below.split(separator: "/")) { throw leftAlone(path, objection) }
    }

    private func leftAlone(_ path: String, _ reason: String) -> RPCError {
        RPCError(code: 1001, kind: "outside_roots", message: "\(path) is not touched for an agent: \(reason)")
    }

    private func outside(_ path: String) -> RPCError {
        RPCError(
            code: 1001, kind: "outside_roots",
            message: folders.isEmpty
                ? "\(path): no folder may be used; the user can name one by the argument --root DIR"
                : "\(path) is outside the folders that may be used: \(folders.joined(separator: ", "))"
        )
    }
}
