import CJansson
import Glibc
import Synchronization

/// jansson's allocations, watched: what fails among them it does not always tell.
///
/// It reads a token into a buffer that it doubles at need, and does not look whether that went well. Without memory
/// the token lacks bytes, and where the last quote of a string is one of them, jansson copies on behind the string's
/// end. So the buffer grows from a reserve then; all else that fails it knows to give up on, and the document is thrown
/// away.
enum JanssonMemory {
    private static let count = Atomic<Int>(0)

    /// Memory for buffers, given away from its start on, and given back all at once when none of it is in use.
    private struct Reserve: Sendable {
        /// An address.
        let start: UInt
        let size: Int
        /// The thread that it is for; nil for any.
        let owner: pthread_t?
        var used = 0
        var inUse = 0

        init(_ start: UnsafeMutableRawPointer, _ size: Int, owner: pthread_t? = nil) {
            (self.start, self.size, self.owner) = (UInt(bitPattern: start), size, owner)
        }

        /// - Returns: an address; nil where there is not so much.
        mutating func take(_ wanted: Int) -> UInt? {
            guard size - used >= wanted else { return nil }
            defer { (used, inUse) = (used + wanted, inUse + 1) }
            return start + UInt(used)
        }

        func has(_ memory: UInt) -> Bool { memory >= start && memory - start < UInt(size) }

        mutating func giveBack() {
            inUse -= 1
            if inUse == 0 { used = 0 }
        }
    }

    private struct State: Sendable {
        /// The one without an owner is for tokens of `sharedToken` bytes at the most, whoever reads them; the others
        /// for larger ones, each for as long as its document is read.
        var reserves: [Reserve] = []
    }

    private static let state = Mutex(State())
    /// Whether a reserve was ever drawn on: until then what is freed need not be looked for there.
    private static let isDrawnOn = Atomic<Bool>(false)

    /// Bytes of a token that are in reserve at all times.
    private static let sharedToken = 8 << 10
    /// Bytes that are kept for such tokens: four readers may be without memory at once.
    private static let sharedSize = 4 * 4 * sharedToken

    /// Set before jansson allocates anything, since what one function allocated the other must free.
    private static let isWatched: Void = {
        if let start = malloc(sharedSize) {
            let shared = Reserve(start, sharedSize)
            state.withLock { $0.reserves = [shared] }
        }
        json_set_alloc_funcs(
            { size in malloc(size) ?? JanssonMemory.instead(size) },
            { memory in if !JanssonMemory.isGivenBack(memory) { free(memory) } }
        )
    }()

    /// How many allocations have failed so far, on any thread.
    static var failures: Int {
        _ = isWatched
        return count.load(ordering: .relaxed)
    }

    /// Sees that jansson can read tokens of so many bytes, even where memory ends in the middle.
    /// - Returns: what `body` does; nil where there is no memory for that.
    static func withReserve<Value>(forToken bytes: Int, _ body: () -> Value) -> Value? {
        _ = isWatched
        if bytes <= sharedToken { return body() }
        // A buffer of twice the token, and all that it was before. Untouched, it takes no memory.
        let (size, isTooMuch) = bytes.multipliedReportingOverflow(by: 4)
        guard !isTooMuch, let start = malloc(size) else { return nil }
        let reserve = Reserve(start, size, owner: pthread_self())
        state.withLock { $0.reserves.append(reserve) }
        defer {
            state.withLock { $0.reserves.removeAll { $0.start == reserve.start } }
            free(start)
        }
        return body()
    }

    /// In place of an allocation that failed: memory for jansson's buffer, known by its size; nil for all else.
    private static func instead(_ size: Int) -> UnsafeMutableRawPointer? {
        count.add(1, ordering: .relaxed)
        guard size >= 16, size & (size - 1) == 0 else { return nil }
        isDrawnOn.store(true, ordering: .relaxed)
        let me = pthread_self()
        let address: UInt? = state.withLock { state in
            let own = state.reserves.firstIndex { $0.owner == me } ?? state.reserves.firstIndex { $0.owner == nil }
            guard let own else { return nil }
            // In its place: nothing is copied, as there may be no memory for that either.
            return state.reserves[own].take(size)
        }
        return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
    }

    private static func isGivenBack(_ memory: UnsafeMutableRawPointer?) -> Bool {
        guard isDrawnOn.load(ordering: .relaxed) else { return false }
        let address = UInt(bitPattern: memory)
        return state.withLock { state in
            guard let index = state.reserves.firstIndex(where: { $0.has(address) }) else { return false }
            state.reserves[index].giveBack()
            return true
        }
    }
}
