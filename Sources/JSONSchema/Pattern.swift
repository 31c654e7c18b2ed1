import CPCRE2

/// A regular expression of ECMA-262, run by PCRE2 with limits on its work.
///
/// `@unchecked Sendable`: a compiled PCRE2 pattern is read-only, and each match makes its own match data.
final class Pattern: @unchecked Sendable {
    let source: String
    private let code: OpaquePointer
    /// Characters that one item of the pattern may look at without a callout, besides those that it takes: what it
    /// compares before it fails.
    private let reach: Int

    /// Bytes of one pattern at most.
    private static let maxLength = 65_536
    /// Of one start of a match; the meter below bounds all of them together.
    private static let matchLimit: UInt32 = 10_000_000
    private static let depthLimit: UInt32 = 10_000
    /// KiB.
    private static let heapLimit: UInt32 = 32_768

    struct Malformed: Error {
        let message: String
    }

    init(_ source: String) throws(Malformed) {
        self.source = source
        let translated = try ECMAPattern(source)
        let text = translated.text
        guard text.utf8.count <= Self.maxLength else { throw Malformed(message: "a pattern that is too long") }
        var number: CInt = 0
        var offset = 0
        // Callouts between the items of the pattern are what the meter counts.
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_UNSET_BACKREF) | UInt32(PCRE2_DOLLAR_ENDONLY)
            | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_AUTO_CALLOUT)
        guard let code = pcre2_compile_8(text, text.utf8.count, options, &number, &offset, nil) else {
            var words = [UInt8](repeating: 0, count: 256)
            pcre2_get_error_message_8(number, &words, words.count)
            throw Malformed(message: String(decoding: words.prefix { $0 != 0 }, as: UTF8.self))
        }
        self.code = code
        reach = translated.hasBackreference ? Int.max : translated.maxRepetition
    }

    deinit { pcre2_code_free_8(code) }

    /// Whether the pattern matches anywhere in `text`.
    /// - Parameter steps: what is left of the check's steps; the match's are subtracted.
    /// - Returns: nil when they, or PCRE2's own limits, are not enough to say.
    func matches(_ text: String, steps: inout Int) -> Bool? {
        guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
            return nil
        }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        let length = text.utf8.count
        var meter = Meter(left: steps.multipliedReportingOverflow(by: Meter.unitsOfAStep).partialValue)
        meter.unitsOfACallout = Meter.unitsOfAnItem + min(reach, length) / Meter.bytesOfAUnit
        let result = withUnsafeMutablePointer(to: &meter) { meter in
            pcre2_set_callout_8(context, Meter.callout, meter)
            // Swift's texts are valid UTF-8: checking them again would take as long as most matches.
            return pcre2_match_8(code, text, length, 0, UInt32(PCRE2_NO_UTF_CHECK), data, context)
        }
        steps = min(steps, meter.left / Meter.unitsOfAStep) - 1
        if result >= 0 { return true }
        return result == PCRE2_ERROR_NOMATCH ? false : nil
    }
}

/// Counts the work of one match: PCRE2's own limit starts anew at each character that a match may begin at, so that
/// a long text could take hours within it.
private struct Meter {
    /// A unit is about a nanosecond.
    static let unitsOfAStep = 16
    static let unitsOfAnItem = 8
    static let bytesOfAUnit = 4

    typealias Callout = @convention(c) (
        UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?
    ) -> CInt

    var left: Int
    var unitsOfACallout = unitsOfAnItem
    private var position = 0

    init(left: Int) { self.left = left }

    /// Called before each item of the pattern is tried.
    static let callout: Callout = {
        guard let block = $0, let meter = $1?.assumingMemoryBound(to: Meter.self) else { return 0 }
        let position = block.pointee.current_position
        meter.pointee.left -= meter.pointee.unitsOfACallout + abs(position - meter.pointee.position) / bytesOfAUnit
        meter.pointee.position = position
        return meter.pointee.left > 0 ? 0 : PCRE2_ERROR_MATCHLIMIT
    }
}
