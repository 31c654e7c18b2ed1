import CPCRE2

/// PCRE2, which runs the schemas' patterns.
public enum PatternLibrary {
    /// As it is installed here: `10.42 2022-12-11`.
    public static var version: String {
        var text = [UInt8](repeating: 0, count: 64)
        let version = UInt32(PCRE2_CONFIG_VERSION)
        guard pcre2_config_8(version, nil) <= text.count, pcre2_config_8(version, &text) > 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}
