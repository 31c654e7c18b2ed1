/// Names that an endpoint has as a tool of a language model: letters, digits, `_` and `-`, 64 at most.
public enum ToolName {
    private static let maxLength = 64

    /// `fal-ai/fast-animatediff/video-to-video` → `fal-ai__fast-animatediff__video-to-video`: no two have the same.
    public static func whole(_ endpoint: String) -> String {
        var name = ""
        for byte in endpoint.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/"): name += "__"
            default: name += "_"
            }
        }
        return cut(name, endpoint)
    }

    /// `fal-ai/fast-animatediff/video-to-video` → `animatediff_video_to_video`: what a model reads, without the owner
    /// that most have. Two endpoints may have the same.
    public static func short(_ endpoint: String) -> String {
        var rest = endpoint[...]
        for prefix in ["fal-ai/", "fast-"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
        var name = ""
        for byte in rest.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "_"
            }
        }
        return cut(name.lowercased(), endpoint)
    }

    /// A name that would be too long is cut, and ends in a number made from the whole.
    private static func cut(_ name: String, _ endpoint: String) -> String {
        guard name.utf8.count > maxLength else { return name }
        // FNV-1a: the same id gives the same name on every machine.
        let hash = endpoint.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return name.prefix(maxLength - digits.utf8.count - 1) + "_" + digits
    }
}
