import Glibc

/// What the kernel says of a file.
public struct FileStatus: Sendable, Equatable {
    public let size: Int64
    public let modified: Timestamp
    public let device: UInt64
    public let inode: UInt64
    public let isDirectory: Bool
    public let isRegular: Bool
    /// Of the inode: its bytes, mode, owner or names. Unlike `modified`, nobody can set it.
    public let changed: Timestamp
    /// Names that lead to it; 0 for a file that was removed while it is open.
    public let links: UInt64
}

/// File operations with typed errors; paths are plain strings.
public enum Files {
    public static func status(_ path: String) throws(SystemError) -> FileStatus {
        var info = stat()
        guard stat(path, &info) == 0 else { throw SystemError.last("stat", path) }
        return FileStatus(info)
    }

    /// The status of an open file, which a rename behind our back cannot change.
    public static func status(of descriptor: CInt) throws(SystemError) -> FileStatus {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw SystemError.last("fstat") }
        return FileStatus(info)
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The permission bits.
    public static func mode(_ path: String) throws(SystemError) -> mode_t {
        var info = stat()
        guard stat(path, &info) == 0 else { throw SystemError.last("stat", path) }
        return info.st_mode & 0o7777
    }

    public static func isExecutable(_ path: String) -> Bool {
        guard let status = try? status(path) else { return false }
        return status.isRegular && access(path, X_OK) == 0
    }

    /// The whole file; more than `limit` bytes fail with `EFBIG`.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, O_RDONLY)
        let raw = file.raw
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count: Int
            do {
                count = try chunk.withUnsafeMutableBytes { buffer in
                    Result { () throws(SystemError) in try Descriptor.read(raw, into: buffer) }
                }.get()
            } catch {
                throw SystemError(code: error.code, operation: "read", path: path)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw SystemError(code: EFBIG, operation: "read", path: path) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Writes beside `path` and renames, so that nobody ever sees half a file; it is on the disk on return.
    public static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(SystemError) {
        let temporary = "\(path).\(getpid()).part"
        do {
            let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
            let raw = file.raw
            try bytes.withUnsafeBytes { buffer in
                Result { () throws(SystemError) in try Descriptor.write(raw, buffer) }
            }.get()
            try file.synchronize()
        } catch {
            unlink(temporary)
            throw SystemError(code: error.code, operation: "write", path: path)
        }
        try rename(temporary, to: path)
    }

    /// Renames and makes the new name durable.
    public static func rename(_ from: String, to path: String) throws(SystemError) {
        guard Glibc.rename(from, path) == 0 else {
            let error = SystemError.last("rename", path)
            unlink(from)
            throw error
        }
        try synchronizeDirectory(of: path)
    }

    /// Makes the entries of the folder that holds `path` durable.
    public static func synchronizeDirectory(of path: String) throws(SystemError) {
        let folder = try Descriptor.open(parent(of: path), O_RDONLY | O_DIRECTORY)
        // Some file systems refuse to sync a folder; they are the ones that need no such thing.
        _ = fsync(folder.raw)
    }

    /// Makes `path` and every folder above it that is missing.
    public static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws(SystemError) {
        if let status = try? status(path), status.isDirectory { return }
        let above = parent(of: path)
        if above != path, !exists(above) { try makeDirectory(above, mode: mode) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError.last("mkdir", path) }
        guard try status(path).isDirectory else { throw SystemError(code: ENOTDIR, operation: "mkdir", path: path) }
    }

    /// Removes a file; that there is none is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError.last("unlink", path) }
    }

    /// Removes an empty folder; that it is not there, or not empty, is no error.
    public static func removeDirectory(_ path: String) { rmdir(path) }

    /// The absolute path with every symbolic link resolved. The file must exist.
    public static func resolve(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError.last("resolve", path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where an open file is now, by the kernel's own word: no name is looked up, so none can be swapped meanwhile.
    public static func realPath(of descriptor: CInt) throws(SystemError) -> String {
        let link = "/proc/self/fd/\(descriptor)"
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(link, &buffer, Int(PATH_MAX))
        guard count > 0, count < Int(PATH_MAX) else { throw SystemError.last("resolve", link) }
        let bytes = buffer[..<count].map { UInt8(bitPattern: $0) }
        // A name that is not UTF-8 must not come to equal another one by being repaired.
        guard let path = String(validating: bytes, as: UTF8.self) else {
            throw SystemError(code: EILSEQ, operation: "resolve", path: link)
        }
        return path
    }

    /// The names in a folder, without `.` and `..`, sorted.
    public static func list(_ path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw SystemError.last("opendir", path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Bytes that the user may still write where `path` lies.
    public static func room(at path: String) throws(SystemError) -> Int64 {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { throw SystemError.last("statvfs", path) }
        return Int64(clamping: UInt64(info.f_bavail) &* UInt64(info.f_frsize))
    }

    /// Whether the user may make files in a folder.
    public static func isWritable(_ path: String) -> Bool { access(path, W_OK | X_OK) == 0 }

    public static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// `path` made absolute against the working folder, textually.
    public static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : join(workingDirectory, path)
    }

    public static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    public static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    public static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path of the running program's file.
    public static var program: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // What the kernel says of a program that was replaced while it runs; its folder is still the right one.
        let mark = " (deleted)"
        return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }
}

extension FileStatus {
    init(_ info: stat) {
        size = Int64(info.st_size)
        modified = Timestamp(seconds: Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) / 1e9)
        device = UInt64(info.st_dev)
        inode = UInt64(info.st_ino)
        isDirectory = info.st_mode & S_IFMT == S_IFDIR
        isRegular = info.st_mode & S_IFMT == S_IFREG
        changed = Timestamp(seconds: Double(info.st_ctim.tv_sec) + Double(info.st_ctim.tv_nsec) / 1e9)
        links = UInt64(info.st_nlink)
    }
}
