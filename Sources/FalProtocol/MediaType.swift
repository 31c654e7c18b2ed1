import Platform

/// MIME types of the files that video models read and write.
public enum MediaType {
    public static let unknown = "application/octet-stream"

    private static let byExtension: [String: String] = [
        "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
        "mkv": "video/x-matroska", "avi": "video/x-msvideo", "mpg": "video/mpeg",
        "mpeg": "video/mpeg", "ts": "video/mp2t", "gif": "image/gif",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif",
        "heic": "image/heic", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "svg": "image/svg+xml",
        "wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg",
        "opus": "audio/ogg", "flac": "audio/flac", "json": "application/json", "txt": "text/plain", "csv": "text/csv",
        "html": "text/html", "pdf": "application/pdf", "zip": "application/zip", "glb": "model/gltf-binary",
        "safetensors": "application/octet-stream",
    ]

    /// Where the shortest is not the usual one.
    private static let usual = [
        "video/mp4": "mp4", "image/jpeg": "jpg", "audio/ogg": "ogg", "video/mpeg": "mpg", "text/plain": "txt",
    ]

    /// By the first bytes, which do not lie, then by the name, else `application/octet-stream`.
    public static func guess(name: String, start: [UInt8]) -> String {
        if let type = sniff(start) { return type }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return unknown }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    /// The usual extension of a type, without its dot.
    public static func fileExtension(of type: String) -> String? {
        let plain = plain(type)
        if let usual = usual[plain] { return usual }
        return byExtension.filter { $0.value == plain && plain != unknown }.keys.min { ($0.count, $0) < ($1.count, $1) }
    }

    /// Pictures, sounds and films: what is no text, whatever a server says.
    public static func isMedia(_ type: String) -> Bool {
        let plain = plain(type)
        return ["video/", "image/", "audio/"].contains { plain.hasPrefix($0) } && plain != "image/svg+xml"
            || plain == "model/gltf-binary"
    }

    /// Pages, messages and other text.
    public static func isText(_ type: String) -> Bool {
        let plain = plain(type)
        let words = ["application/json", "application/xml"]
        return plain.hasPrefix("text/") || words.contains(plain) || plain.hasSuffix("+json")
            || plain.hasSuffix("+xml") && plain != "image/svg+xml"
    }

    /// The type of a page or a message that begins so; nil for what may be anything.
    public static func text(in start: [UInt8]) -> String? {
        var rest = start[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        let words = String(decoding: rest.prefix(16), as: UTF8.self).lowercased()
        if ["<!doctype html", "<html", "<head", "<body", "<!--"].contains(where: words.hasPrefix) { return "text/html" }
        if words.hasPrefix("<?xml") || words.hasPrefix("<error>") { return "application/xml" }
        if words.hasPrefix("{\"") { return "application/json" }
        return nil
    }

    private static func plain(_ type: String) -> String {
        type.split(separator: ";").first.map { $0.trimmingBlanks().lowercased() } ?? ""
    }

    private static func sniff(_ start: [UInt8]) -> String? {
        func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: Array(text.utf8)) }
        func has(anyOf brands: [String]) -> Bool { brands.contains { has($0, at: 8) } }
        if has("GIF87a") || has("GIF89a") { return "image/gif" }
        if has("ftyp", at: 4) {
            if has("qt  ", at: 8) { return "video/quicktime" }
            if has(anyOf: ["avif", "avis"]) { return "image/avif" }
            if has(anyOf: ["heic", "heix", "mif1"]) { return "image/heic" }
            return has(anyOf: ["M4A ", "M4B "]) ? "audio/mp4" : "video/mp4"
        }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if has("RIFF"), has("WEBP", at: 8) { return "image/webp" }
        if has("RIFF"), has("WAVE", at: 8) { return "audio/wav" }
        if has("RIFF"), has("AVI ", at: 8) { return "video/x-msvideo" }
        if has("fLaC") { return "audio/flac" }
        if has("OggS") { return "audio/ogg" }
        if has("ID3") { return "audio/mpeg" }
        if has("glTF") { return "model/gltf-binary" }
        if has("%PDF-") { return "application/pdf" }
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            let isWebM = String(decoding: start.prefix(64), as: UTF8.self).has("webm")
            return isWebM ? "video/webm" : "video/x-matroska"
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
