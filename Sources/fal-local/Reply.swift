import HTTPTypes
import Hummingbird
import JSON

/// Answers in fal's forms.
enum Reply {
    static func json(_ status: Int, _ body: JSON, requestID: String? = nil) -> Response {
        bytes(status, body.bytes, type: "application/json", requestID: requestID)
    }

    static func text(_ status: Int, _ text: String, type: String = "text/plain", requestID: String? = nil) -> Response {
        bytes(status, Array(text.utf8), type: type, requestID: requestID)
    }

    static func detail(_ status: Int, _ text: String, type: String? = nil) -> Response {
        var body: JSONObject = ["detail": .string(text)]
        body["error_type"] = type.map(JSON.string)
        return json(status, .object(body))
    }

    static func notAllowed(_ methods: HTTPRequest.Method...) -> Response {
        var response = detail(405, "Method Not Allowed")
        response.headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
        return response
    }

    static let noPath = detail(404, "Path not found")

    private static func bytes(_ status: Int, _ bytes: [UInt8], type: String, requestID: String?) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        if let requestID { headers[Name.requestID] = requestID }
        return Response(
            status: HTTPResponse.Status(code: (100...999).contains(status) ? status : 500), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    enum Name {
        static let expect = HTTPField.Name("Expect")!
        static let origin = HTTPField.Name("Origin")!
        static let requestID = HTTPField.Name("x-fal-request-id")!
        static let targetURL = HTTPField.Name("x-fal-target-url")!
        static let errorType = HTTPField.Name("X-Fal-Error-Type")!
        static let retryable = HTTPField.Name("X-Fal-Retryable")!
        static let priority = HTTPField.Name("X-Fal-Queue-Priority")!
        static let startTimeout = HTTPField.Name("X-Fal-Request-Timeout")!
        static let storeIO = HTTPField.Name("X-Fal-Store-IO")!
        static let noRetry = HTTPField.Name("X-Fal-No-Retry")!
        static let lifecycle = HTTPField.Name("X-Fal-Object-Lifecycle")!
        static let lifecyclePreference = HTTPField.Name("X-Fal-Object-Lifecycle-Preference")!
        static let fileName = HTTPField.Name("X-Fal-File-Name")!
        static let acceptRanges = HTTPField.Name("Accept-Ranges")!
    }
}

extension Response {
    /// Adds headers by name; one that cannot be a header is passed over.
    mutating func add(_ extra: JSONObject) {
        for header in extra {
            guard let name = HTTPField.Name(header.key), let value = header.value.stringValue else { continue }
            headers[name] = value
        }
    }
}
