import Glibc

/// A folder that is open: what happens below it by name stays below it, wherever its own name leads later.
public final class Folder: Sendable {
    private let descriptor: Descriptor

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a folder; links in `path` are followed, so `realPath` is what is to be judged.
    public convenience init(_ path: String) throws(SystemError) {
        self.init(try Descriptor.open(path, O_RDONLY | O_DIRECTORY))
    }

    /// Where the folder is now, links resolved.
    public func realPath() throws(SystemError) -> String { try Files.realPath(of: descriptor.raw) }

    /// The folder `name` in this one, made where it is missing. A link is not followed.
    public func entering(_ name: String, mode: mode_t = 0o755) throws(SystemError) -> Folder {
        guard mkdirat(descriptor.raw, name, mode) == 0 || errno == EEXIST else { throw SystemError.last("mkdir", name) }
        let raw = openat(descriptor.raw, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw SystemError.last("open", name) }
        return Folder(Descriptor(owning: raw))
    }

    /// Whether anything bears the name here, a link that leads nowhere included.
    public func contains(_ name: String) -> Bool {
        var info = stat()
        return fstatat(descriptor.raw, name, &info, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// A new file without a name: it gets one by `NewFile.commit`, and until then dies with its descriptor.
    public func makeFile(mode: mode_t = 0o644) throws(SystemError) -> NewFile {
        // O_TMPFILE, which Swift does not import. Some file systems do not know it.
        let raw = openat(descriptor.raw, ".", 0o20000000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC, mode)
        if raw >= 0 { return NewFile(Descriptor(owning: raw), in: self, name: nil) }
        let name = Self.temporaryName()
        let named = openat(descriptor.raw, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard named >= 0 else { throw SystemError.last("create") }
        return NewFile(Descriptor(owning: named), in: self, name: name)
    }

    private static func temporaryName() -> String { ".\(Random.uuid()).part" }

    /// Removes a file by its name; that there is none is no error.
    fileprivate func remove(_ name: String) { unlinkat(descriptor.raw, name, 0) }

    /// Gives `file` the name, durably.
    fileprivate func place(
        _ file: CInt, from temporary: String?, as name: String, overwrite: Bool
    ) throws(SystemError) {
        let beside: String
        if let temporary { beside = temporary } else {
            // A file without a name can only be given one that is free.
            beside = overwrite ? Self.temporaryName() : name
            guard linkat(AT_FDCWD, "/proc/self/fd/\(file)", descriptor.raw, beside, AT_SYMLINK_FOLLOW) == 0 else {
                throw SystemError.last("write", name)
            }
        }
        if overwrite {
            guard renameat(descriptor.raw, beside, descriptor.raw, name) == 0 else {
                let error = SystemError.last("write", name)
                remove(beside)
                throw error
            }
        } else if beside != name {
            // A rename would replace a file that came in the meantime; a link does not.
            guard linkat(descriptor.raw, beside, descriptor.raw, name, 0) == 0 else {
                throw SystemError.last("write", name)
            }
        }
        // Some file systems refuse to sync a folder; they are the ones that need no such thing.
        _ = fsync(descriptor.raw)
    }
}

/// A file that is being written and has no name that anybody would take for it.
public final class NewFile: Sendable {
    private let descriptor: Descriptor
    private let folder: Folder
    /// Where the file system knows no files without a name.
    private let temporary: String?

    fileprivate init(_ descriptor: consuming Descriptor, in folder: Folder, name: String?) {
        self.descriptor = descriptor
        self.folder = folder
        temporary = name
    }

    deinit { if let temporary { folder.remove(temporary) } }

    /// Appends every byte.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) { try descriptor.write(bytes) }

    /// Takes back all that was written.
    public func empty() throws(SystemError) {
        guard ftruncate(descriptor.raw, 0) == 0, lseek(descriptor.raw, 0, SEEK_SET) == 0 else {
            throw SystemError.last("truncate")
        }
    }

    /// Gives the file its name, once its bytes are on the disk.
    /// - Parameter overwrite: whether a file of that name is replaced; if not, it is an error (`EEXIST`).
    public func commit(as name: String, overwrite: Bool) throws(SystemError) {
        try descriptor.synchronize()
        try folder.place(descriptor.raw, from: temporary, as: name, overwrite: overwrite)
    }
}
