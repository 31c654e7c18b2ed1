import JSON
import Platform

/// What a tool answers, before it is put into the form of a revision.
struct ToolResult: Sendable {
    /// A file on disk that is linked to.
    struct Link: Sendable {
        let uri: String
        let name: String
        let mimeType: String?
        let size: Int64?
        /// `3.0 s, 512×512`.
        let words: String
        let media: JSONObject
    }

    var texts: [String] = []
    var links: [Link] = []
    /// A JPEG, small.
    var picture: [UInt8]?
    var structured: JSONObject?
    var isError = false
    /// Whether the job was cancelled, which as a task is a state of its own.
    var isCancelled = false
    /// Whether a file of the output could not be saved, which may go better the next time.
    var lacksFiles = false

    init(_ text: String, structured: JSONObject? = nil) {
        texts = [text]
        self.structured = structured
    }

    init(error text: String) {
        texts = [text]
        isError = true
    }

    /// The answer of a tool that gives data: the same as text, for hosts that hand only that to the model.
    init(data: JSON) {
        texts = [data.text]
        structured = data.objectValue ?? ["value": data]
    }

    func json(_ revision: Revision) -> JSONObject {
        var content: [JSON] = texts.map { ["type": "text", "text": .string($0)] }
        for link in links {
            guard revision.hasStructuredContent else {
                content.append(["type": "text", "text": .string("\(link.uri) (\(link.words))")])
                continue
            }
            var block: JSONObject = ["type": "resource_link", "uri": .string(link.uri), "name": .string(link.name)]
            if !link.words.isEmpty { block["description"] = .string(link.words) }
            block["mimeType"] = link.mimeType.map(JSON.string)
            block["size"] = link.size.map(JSON.int)
            if !link.media.isEmpty { block["_meta"] = [MetaKey.media: .object(link.media)] }
            content.append(.object(block))
        }
        if let picture {
            content.append(["type": "image", "data": .string(Base64.encode(picture)), "mimeType": "image/jpeg"])
        }
        var result: JSONObject = ["content": .array(content)]
        if revision.hasStructuredContent, let structured { result["structuredContent"] = .object(structured) }
        result["isError"] = .bool(isError)
        return result
    }
}
