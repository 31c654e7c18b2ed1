/// Names as the languages want them, from ids and members as fal writes them.
enum Names {
    /// `fast-animatediff/video-to-video`, `video_url` → `FastAnimatediffVideoToVideo`, `VideoUrl`.
    static func pascal(_ text: String) -> String {
        words(text).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `video_url` → `videoUrl`.
    static func camel(_ text: String) -> String {
        let name = pascal(text)
        return name.prefix(1).lowercased() + name.dropFirst()
    }

    /// The name of an endpoint's types: fal's own owner is left out, as in fal's clients.
    static func ofEndpoint(_ id: String) -> String {
        let name = pascal(id.hasPrefix("fal-ai/") ? String(id.dropFirst("fal-ai/".count)) : id)
        return name.first?.isNumber == true ? "_\(name)" : name
    }

    /// Whether the text is a name in ASCII, as every language takes it; words of a language apart.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy(isPart)
    }

    /// Names that a target has another use for: no type of a model's is called so.
    static let reserved: Set<String> = [
        // Of what is generated, or written by hand beside it.
        "AnyFile", "AsyncRun", "AsyncSubmit", "AsyncSubscribe", "BridgeError", "BridgeProcessError", "CodingKeys",
        "Connection", "Endpoint", "EndpointTypeMap", "FalBridgeClient", "JSONValue", "Picture", "QueueUpdate",
        "Readable", "Run", "Submit", "Subscribe",
        // Of the languages.
        "Any", "ArrayBuffer", "ArrayBufferView", "Blob", "Bool", "Callable", "Codable", "CodingKey", "Coroutine",
        "Data", "Decodable", "Decoder", "Double", "Encodable", "Encoder", "False", "Hashable", "Int", "Literal",
        "Mapping", "NewType", "None", "NotRequired", "Protocol", "ReadableStream", "Record", "Self", "Sendable",
        "String", "True", "Type", "TypedDict", "URL", "Union", "Unpack",
    ]

    private static func words(_ text: String) -> [Substring] {
        text.split { !($0.utf8.count == 1 && $0.utf8.allSatisfy { isPart($0) && $0 != UInt8(ascii: "_") }) }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// Lines of text that become a file.
struct Lines {
    private(set) var text = ""

    /// - Parameter indentation: levels of four blanks.
    mutating func add(_ line: String = "", _ indentation: Int = 0) {
        if !line.isEmpty { text += String(repeating: "    ", count: indentation) + line }
        text += "\n"
    }

    mutating func add(_ lines: [String]) {
        for line in lines { add(line) }
    }

    /// The text in lines of at most `width`, broken at blanks.
    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
