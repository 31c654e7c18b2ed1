import FalProtocol
import JSON
import Models
import Platform

/// The input as it was typed: `--input KEY=VALUE`, each value of the type that the schema wants.
struct InputArguments {
    let input: JSONObject

    private static let maxFileBytes = 64 << 20

    init(_ arguments: Arguments, model: Model?) throws {
        var input = JSONObject()
        if let path = arguments.last("input-file") {
            let json: JSON
            do { json = try JSON.parse(Files.read(path, limit: Self.maxFileBytes)) } catch {
                throw Arguments.Unusable(description: "--input-file \(path): \(error)")
            }
            guard let object = json.objectValue else {
                throw Arguments.Unusable(description: "--input-file \(path): must hold a JSON object")
            }
            input = object
        }
        for pair in arguments.all("input") {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw Arguments.Unusable(description: "--input \(pair): must be KEY=VALUE")
            }
            let key = String(pair[..<equals])
            let text = String(pair[pair.index(after: equals)...])
            input[key] = Self.value(text, model?.member(key))
        }
        self.input = input
    }

    /// What does not read as its type stays a text, so that the check can say what is wrong with it.
    private static func value(_ text: String, _ schema: JSON?) -> JSON {
        let types = schema?["type"]?.arrayValue?.compactMap(\.stringValue)
            ?? schema?["type"]?.stringValue.map { [$0] } ?? []
        if types.contains("string") { return .string(text) }
        let parsed = try? JSON.parse(text)
        if types.contains("array") {
            if case .array? = parsed { return parsed ?? .null }
            if text.isEmpty { return [] }
            let item = schema?["items"]
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            return .array(parts.map { value($0.trimmingBlanks(), item) })
        }
        if schema?["enum"] != nil, schema?["enum"]?.arrayValue?.contains(.string(text)) == true { return .string(text) }
        if let parsed { return parsed }
        return .string(text)
    }
}
