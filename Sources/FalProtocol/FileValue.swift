import JSON

/// fal's `File`: what stands for a file in an output, and what an upload gives.
public struct FileValue: Sendable, Hashable {
    public let url: String
    public let contentType: String?
    public let fileName: String?
    /// In bytes.
    public let fileSize: Int64?

    public init(url: String, contentType: String? = nil, fileName: String? = nil, fileSize: Int64? = nil) {
        self.url = url
        self.contentType = contentType
        self.fileName = fileName
        self.fileSize = fileSize
    }

    /// Any object with a `url` text counts as a file.
    public init?(_ json: JSON) {
        guard let url = json["url"]?.stringValue else { return nil }
        self.init(
            url: url,
            contentType: json["content_type"]?.stringValue,
            fileName: json["file_name"]?.stringValue,
            fileSize: json["file_size"]?.intValue
        )
    }

    public var json: JSON {
        var object: JSONObject = ["url": .string(url)]
        object["content_type"] = contentType.map(JSON.string)
        object["file_name"] = fileName.map(JSON.string)
        object["file_size"] = fileSize.map(JSON.int)
        return .object(object)
    }

    /// Every file in an output, in the order in which they stand there.
    public static func all(in output: JSON) -> [FileValue] {
        switch output {
        case .object(let object): FileValue(output).map { [$0] } ?? object.flatMap { all(in: $0.value) }
        case .array(let elements): elements.flatMap(all)
        default: []
        }
    }
}
