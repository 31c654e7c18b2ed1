/// The names that `\p{…}` takes in ECMA-262, as PCRE2 has them.
enum UnicodeProperty {
    /// Nil for a name that is none. Scripts and binary properties are left for PCRE2 to know.
    static func pcre(_ name: String) -> String? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1:
            if let category = category(name) { return category }
            return binary.contains(name) ? name : nil
        case 2:
            switch parts[0] {
            case "General_Category", "gc": return category(parts[1])
            case "Script", "sc": return parts[1].isEmpty ? nil : "sc:" + parts[1]
            case "Script_Extensions", "scx": return parts[1].isEmpty ? nil : "scx:" + parts[1]
            default: return nil
            }
        default: return nil
        }
    }

    private static func category(_ name: String) -> String? {
        if let short = categories[name] { return short }
        return categories.values.contains(name) ? name : nil
    }

    private static let categories: [String: String] = [
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Unassigned": "Cn", "Private_Use": "Co",
        "Surrogate": "Cs", "Letter": "L", "Cased_Letter": "L&", "LC": "L&", "Lowercase_Letter": "Ll",
        "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Titlecase_Letter": "Lt", "Uppercase_Letter": "Lu", "Mark": "M",
        "Combining_Mark": "M", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Nonspacing_Mark": "Mn", "Number": "N",
        "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P",
        "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Close_Punctuation": "Pe",
        "Final_Punctuation": "Pf", "Initial_Punctuation": "Pi", "Other_Punctuation": "Po", "Open_Punctuation": "Ps",
        "Symbol": "S", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Math_Symbol": "Sm", "Other_Symbol": "So",
        "Separator": "Z", "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Space_Separator": "Zs",
    ]

    private static let binary: Set<String> = [
        "ASCII", "AHex", "ASCII_Hex_Digit", "Alpha", "Alphabetic", "Any", "Bidi_C", "Bidi_Control", "Bidi_M",
        "Bidi_Mirrored", "CI", "Case_Ignorable", "CWCF", "Changes_When_Casefolded", "CWCM", "Changes_When_Casemapped",
        "CWL", "Changes_When_Lowercased", "CWT", "Changes_When_Titlecased", "CWU", "Changes_When_Uppercased", "Cased",
        "DI", "Default_Ignorable_Code_Point", "Dash", "Dep", "Deprecated", "Dia", "Diacritic", "EBase", "EComp", "EMod",
        "EPres", "Emoji", "Emoji_Component", "Emoji_Modifier", "Emoji_Modifier_Base", "Emoji_Presentation", "ExtPict",
        "Ext", "Extended_Pictographic", "Extender", "Gr_Base", "Grapheme_Base", "Gr_Ext", "Grapheme_Extend", "Hex",
        "Hex_Digit", "IDC", "IDS", "IDSB", "IDS_Binary_Operator", "IDST", "IDS_Trinary_Operator", "ID_Continue",
        "ID_Start", "Ideo", "Ideographic", "Join_C", "Join_Control", "LOE", "Logical_Order_Exception", "Lower",
        "Lowercase", "Math", "NChar", "Noncharacter_Code_Point", "Pat_Syn", "Pat_WS", "Pattern_Syntax",
        "Pattern_White_Space", "QMark", "Quotation_Mark", "RI", "Radical", "Regional_Indicator", "SD", "STerm",
        "Sentence_Terminal", "Soft_Dotted", "Term", "Terminal_Punctuation", "UIdeo", "Unified_Ideograph", "Upper",
        "Uppercase", "VS", "Variation_Selector", "White_Space", "space", "XIDC", "XIDS", "XID_Continue", "XID_Start",
    ]
}
