import CJansson

extension JSON {
    /// Of jansson, as it is installed here.
    public static var libraryVersion: String { String(cString: jansson_version_str()) }
}
