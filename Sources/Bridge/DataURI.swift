import FalClient
import FalProtocol
import JSONRPC
import Platform

/// `data:` URIs (RFC 2397).
enum DataURI {
    static func source(
        _ uri: String, fileName: String? = nil, contentType: String? = nil
    ) throws(RPCError) -> UploadSource {
        guard isOne(uri), let comma = uri.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            throw .invalidParams("not a data URI")
        }
        let head = uri[uri.index(uri.startIndex, offsetBy: 5)..<comma]
        guard head.lowercased().hasSuffix(";base64"),
            let bytes = Base64.decode(uri.utf8[uri.utf8.index(after: comma)...])
        else { throw .invalidParams("a data URI must hold base64") }
        let named = head.split(separator: ";").first.map(String.init) ?? ""
        let isType = named.contains("/") && named.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        let type = contentType ?? (isType ? named : MediaType.guess(name: "", start: Array(bytes.prefix(64))))
        let name = fileName ?? "upload." + (MediaType.fileExtension(of: type) ?? "bin")
        return UploadSource(content: .bytes(bytes), fileName: name, contentType: type)
    }

    static func isOne(_ text: String) -> Bool { text.utf8.count >= 5 && text.prefix(5).lowercased() == "data:" }
}
