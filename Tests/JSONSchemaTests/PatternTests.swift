import JSON
import JSONSchema
import Testing

/// Where ECMA-262 and PCRE2 differ.
@Suite struct PatternTests {
    static let cases: [(pattern: String, text: String, matches: Bool)] = [
        (#"^a$"#, "a\n", false), (#"^.$"#, "\u{2028}", false), (#"^.$"#, "\u{85}", true), (#"^[^]$"#, "\n", true),
        (#"[]"#, "a", false), (#"^[]a]$"#, "]a]", false), (#"^\u{1F600}$"#, "😀", true),
        (#"^\uD83D\uDE00$"#, "😀", true), (#"^[\w-]+$"#, "a-b", true), (#"^[[:alpha:]]$"#, "a", false),
        (#"^[[:alpha:]]$"#, ":]", true), (#"^(?<year>\d)\k<year>$"#, "11", true), (#"^(?<year>\d)\k<year>$"#, "12", false),
        (#"^\-\/$"#, "-/", true), (#"^a{,2}$"#, "a{,2}", true), (#"^\P{Lu}+$"#, "abc", true),
        (#"^\p{Script=Greek}$"#, "β", true), (#"^\p{sc=Latin}$"#, "β", false), (#"^[^\s]$"#, "\u{feff}", false),
        (#"^[\S]$"#, "\u{a0}", false), (#"(?<!a)b"#, "ab", false), (#"^(a\1)$"#, "a", true), (#"^\cJ$"#, "\n", true),
        (#"^[\b]$"#, "\u{8}", true), (#"^é$"#, "e\u{301}", false), (#"^a\0$"#, "a\u{0}", true), (##"^#( )$"##, "# ", true),
    ]

    @Test(arguments: cases) func verdict(pattern: String, text: String, matches: Bool) throws {
        #expect(try Schema(["pattern": .string(pattern)]).accepts(.string(text)) == matches)
    }

    @Test(arguments: [
        #"\Aa"#, #"a\Z"#, #"(?>a)"#, #"a++"#, #"(?i)a"#, #"(?P<a>b)"#, #"(?#a)"#, #"\1"#, #"\k<a>"#, #"(*FAIL)"#,
        #"[b-a]"#, #"a{2,1}"#, #"a{65536}"#, #"\u{110000}"#, #"\ud800"#, "[a", "(a", "a)", "a\\", "*a", "^*", #"\Qa\E"#,
    ]) func malformed(pattern: String) {
        #expect(throws: SchemaError.self) { try Schema(["pattern": .string(pattern)]) }
    }
}
