import CJansson
import Glibc
import Synchronization

/// jansson's allocations, watched: what fails among them it does not always tell.
enum JanssonMemory {
    private static let count = Atomic<Int>(0)

    /// Set before jansson allocates anything, since what one function allocated the other must free.
    private static let isWatched: Void = json_set_alloc_funcs(
        { size in
            let memory = malloc(size)
            if memory == nil { count.add(1, ordering: .relaxed) }
            return memory
        },
        { free($0) }
    )

    /// How many allocations have failed so far, on any thread.
    static var failures: Int {
        _ = isWatched
        return count.load(ordering: .relaxed)
    }
}
