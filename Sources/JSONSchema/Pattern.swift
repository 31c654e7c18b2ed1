import CPCRE2

/// A regular expression in ECMA-262's dialect, as near as PCRE2 comes to it, with limits on its work.
///
/// `@unchecked Sendable`: a compiled PCRE2 pattern is read-only, and each match makes its own match data.
final class Pattern: @unchecked Sendable {
    let source: String
    private let code: OpaquePointer

    /// Backtracking steps and recursion depth of one match: a hostile pattern ends in "no match" after
    /// some tens of milliseconds.
    private static let matchLimit: UInt32 = 1_000_000
    private static let depthLimit: UInt32 = 10_000

    struct Malformed: Error {
        let message: String
        let offset: Int
    }

    init(_ source: String) throws(Malformed) {
        self.source = source
        var number: CInt = 0
        var offset = 0
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_ALT_BSUX) | UInt32(PCRE2_MATCH_UNSET_BACKREF)
            | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_ALLOW_EMPTY_CLASS) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        guard let code = pcre2_compile_8(source, source.utf8.count, options, &number, &offset, nil) else {
            var text = [UInt8](repeating: 0, count: 256)
            pcre2_get_error_message_8(number, &text, text.count)
            throw Malformed(message: String(decoding: text.prefix { $0 != 0 }, as: UTF8.self), offset: offset)
        }
        self.code = code
    }

    deinit { pcre2_code_free_8(code) }

    /// Whether the pattern matches anywhere in `text`; false when the limits are passed.
    func matches(_ text: String) -> Bool {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else { return false }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        return pcre2_match_8(code, text, text.utf8.count, 0, 0, data, context) >= 0
    }
}
