import FalProtocol
import HTTP
import JSON
import Platform

/// What a model gave, as JSON, whatever its content type.
enum Output {
    /// JSON as it is, a text as a string, nothing as null, and all else as fal's File with the bytes in a data URI.
    ///
    /// How large it may be is for the request to say: its `maxResponseBytes`.
    static func json(_ response: HTTPResponse) throws(FalError) -> JSON {
        let body = response.body
        guard !body.isEmpty else { return .null }
        let said = response.headers["content-type"]?.trimmingBlanks() ?? ""
        let type = said.split(separator: ";").first.map { $0.trimmingBlanks().lowercased() } ?? ""
        if isJSON(type) {
            do { return try JSON.parse(body) } catch {
                throw FalError(
                    .malformed("the output is not the JSON that it is said to be: \(error.place)"),
                    requestID: response.headers["x-fal-request-id"]
                )
            }
        }
        if type.isEmpty, let json = try? JSON.parse(body) { return json }
        if type.hasPrefix("text/"), let text = String(validating: body, as: UTF8.self) { return .string(text) }
        let name = response.headers["content-disposition"].flatMap(fileName)
        let kind = type.contains("/") && type.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
            ? type : MediaType.guess(name: name ?? "", start: Array(body.prefix(64)))
        return FileValue(
            url: "data:\(kind);base64,\(Base64.encode(body))", contentType: kind, fileName: name,
            fileSize: Int64(body.count)
        ).json
    }

    private static func isJSON(_ type: String) -> Bool { type == "application/json" || type.hasSuffix("+json") }

    /// The plain form of RFC 6266, `attachment; filename="clip.mp4"`; nil where there is none.
    private static func fileName(_ disposition: String) -> String? {
        for part in disposition.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingBlanks().lowercased() == "filename" else { continue }
            var name = pair[1].trimmingBlanks()
            if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
            let isUsable = (1...255).contains(name.utf8.count) && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            return isUsable ? name : nil
        }
        return nil
    }
}
