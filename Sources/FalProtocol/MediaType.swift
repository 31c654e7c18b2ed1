/// MIME types of the files that video models read and write.
public enum MediaType {
    public static let unknown = "application/octet-stream"

    private static let byExtension: [String: String] = [
        "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mkv": "video/x-matroska",
        "avi": "video/x-msvideo", "gif": "image/gif", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "webp": "image/webp", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac",
        "json": "application/json", "txt": "text/plain", "html": "text/html", "zip": "application/zip",
        "safetensors": "application/octet-stream",
    ]

    /// By the first bytes, which do not lie, then by the name, else `application/octet-stream`.
    public static func guess(name: String, start: [UInt8]) -> String {
        if let type = sniff(start) { return type }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return unknown }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    /// The usual extension of a type, without its dot.
    public static func fileExtension(of type: String) -> String? {
        let plain = type.split(separator: ";").first.map { $0.trimmingBlanks() } ?? ""
        if plain == "video/mp4" { return "mp4" }
        return byExtension.filter { $0.value == plain }.keys.sorted { ($0.count, $0) < ($1.count, $1) }.first
    }

    private static func sniff(_ start: [UInt8]) -> String? {
        func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: Array(text.utf8)) }
        if has("GIF87a") || has("GIF89a") { return "image/gif" }
        if has("ftyp", at: 4) { return has("qt  ", at: 8) ? "video/quicktime" : "video/mp4" }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if has("RIFF"), has("WEBP", at: 8) { return "image/webp" }
        if has("RIFF"), has("WAVE", at: 8) { return "audio/wav" }
        if has("RIFF"), has("AVI ", at: 8) { return "video/x-msvideo" }
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            return String(decoding: start.prefix(64), as: UTF8.self).contains("webm") ? "video/webm" : "video/x-matroska"
        }
        return nil
    }
}

extension StringProtocol {
    /// Without blanks and tabs at either end.
    public func trimmingBlanks() -> String {
        var view = self[...]
        while let first = view.first, first == " " || first == "\t" { view = view.dropFirst() }
        while let last = view.last, last == " " || last == "\t" { view = view.dropLast() }
        return String(view)
    }
}
