import Glibc

/// What the process keeps of the machine's memory without using it.
public enum Memory {
    /// Has few arenas for `malloc`: one for each thread would keep what the others could use. To be called at the start.
    public static func limitArenas(_ count: CInt) {
        // By name, as <malloc.h> is hidden from Swift; -8 is M_ARENA_MAX.
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)(-8, count)
    }

    /// Has `malloc` map what is large by itself, so that the machine has it back as soon as it is freed: left alone,
    /// `malloc` learns from the first large piece to keep pieces of that size. To be called at the start.
    public static func mapLargePieces() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
        // M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
        _ = mallopt(-3, 1 << 20)
        _ = mallopt(-1, 4 << 20)
    }

    /// Gives back what `malloc` keeps of small pieces that are free.
    public static func giveBack() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
    }

    /// Gives back the pages of programs and libraries that nothing is written to: code, tables of symbols, constants.
    ///
    /// Opening a library such as libcurl, with the thirty that it brings, reads many that are never needed again, and
    /// they count as memory of the process for as long as it lives. What is needed again comes back from the page cache.
    public static func releaseMappedPages() {
        // By name: its declaration, and that of its struct, are hidden from Swift (_GNU_SOURCE).
        guard let symbol = dlsym(nil, "dl_iterate_phdr"), MemoryLayout<UInt>.size == 8 else { return }
        let iterate = unsafeBitCast(symbol, to: (@convention(c) (Visit, UnsafeMutableRawPointer?) -> CInt).self)
        _ = iterate({ info, _, _ in
            // struct dl_phdr_info: its address, its name, its program headers, their number.
            let base = info.load(as: UInt.self)
            let count = info.load(fromByteOffset: 24, as: UInt16.self)
            guard let headers = info.load(fromByteOffset: 16, as: UnsafePointer<Elf64_Phdr>?.self) else { return 0 }
            for header in UnsafeBufferPointer(start: headers, count: Int(count)) where header.p_type == UInt32(PT_LOAD) {
                // What could be written to, relocations included, is not in the file and would be lost.
                if header.p_flags & UInt32(PF_W) == 0 { Memory.release(base &+ UInt(header.p_vaddr), header.p_memsz) }
            }
            return 0
        }, nil)
    }

    private typealias Visit = @convention(c) (UnsafeRawPointer, Int, UnsafeMutableRawPointer?) -> CInt

    private static func release(_ start: UInt, _ count: UInt64) {
        let page = UInt(sysconf(CInt(_SC_PAGESIZE)))
        let first = start / page * page
        guard let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
        _ = madvise(address, Int(count) + Int(start - first), CInt(MADV_DONTNEED))
    }
}
