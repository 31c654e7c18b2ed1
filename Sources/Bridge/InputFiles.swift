import FalClient
import FalProtocol
import JSON
import JSONRPC
import JSONSchema
import Models
import Platform

/// The local files of an input: found, uploaded, and replaced by their URLs.
struct InputFiles {
    /// A place in the input that may hold a file, and what stands there.
    private struct Place {
        let path: [PathStep]
        let text: String
    }

    private enum Reference {
        case remote
        case local(path: String)
        case data(String)
    }

    let bridge: Bridge
    let client: FalClient
    let call: Call
    /// Whether the model's schema is known; without one, only what exists counts as a file.
    let hasSchema: Bool

    /// A data URI up to this many bytes goes out as it is.
    private static let maxInlineBytes = 256 << 10
    /// Uploads at once, and files in one input.
    private static let maxParallel = 4
    private static let maxFiles = 1_000

    /// - Returns: `input` with a URL in place of each local file.
    func uploaded(_ input: JSON) async throws(RPCError) -> JSON {
        var places: [Place] = []
        find(in: input, path: [], key: "", &places)
        guard places.count <= Self.maxFiles else { throw .invalidParams("more than \(Self.maxFiles) files in one input") }
        // Everything is looked at before anything is sent.
        var sources: [(path: [PathStep], source: UploadSource, key: UploadCache.Key?)] = []
        for place in places {
            switch try reference(place) {
            case .remote: break
            case .local(let path):
                do throws(RPCError) {
                    let (source, key) = try bridge.uploadSource(path: path, backend: client.backend)
                    sources.append((place.path, source, key))
                } catch {
                    throw at(place, error)
                }
            case .data(let uri):
                do throws(RPCError) {
                    sources.append((place.path, try DataURI.source(uri), nil))
                } catch {
                    throw at(place, error)
                }
            }
        }
        guard !sources.isEmpty else { return input }
        var input = input
        var index = 0
        while index < sources.count {
            let group = sources[index..<min(index + Self.maxParallel, sources.count)]
            index += group.count
            for (path, url) in try await upload(Array(group)) { input = input.replacing(path[...], with: .string(url)) }
        }
        return input
    }

    private func upload(_ group: [(path: [PathStep], source: UploadSource, key: UploadCache.Key?)])
        async throws(RPCError) -> [([PathStep], String)]
    {
        let results = await withTaskGroup(of: ([PathStep], Result<String, RPCError>).self) { tasks in
            for item in group {
                tasks.addTask {
                    do throws(RPCError) {
                        let file = try await bridge.upload(item.source, key: item.key, client: client, call: call)
                        return (item.path, .success(file.url))
                    } catch {
                        return (item.path, .failure(error))
                    }
                }
            }
            var results: [([PathStep], Result<String, RPCError>)] = []
            for await result in tasks { results.append(result) }
            return results
        }
        var urls: [([PathStep], String)] = []
        for (path, result) in results { urls.append((path, try result.get())) }
        return urls
    }

    /// Members whose names end in `_url` or `_urls`, and the `url` of fal's File objects, to any depth.
    private func find(in value: JSON, path: [PathStep], key: String, _ places: inout [Place]) {
        switch value {
        case .string(let text):
            if key.hasSuffix("_url") || key.hasSuffix("_urls") || key == "url" { places.append(Place(path: path, text: text)) }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                find(in: element, path: path + [.index(index)], key: key, &places)
            }
        case .object(let object):
            for member in object {
                find(in: member.value, path: path + [.key(member.key)], key: member.key, &places)
            }
        default: break
        }
    }

    private func reference(_ place: Place) throws(RPCError) -> Reference {
        let text = place.text
        if text.hasPrefix("data:") { return text.utf8.count > Self.maxInlineBytes ? .data(text) : .remote }
        if text.hasPrefix("file://") {
            guard let path = FileURL.path(text) else {
                throw at(place, .invalidParams("\(text): a file URL of another machine, or none"))
            }
            return .local(path: path)
        }
        // scheme: as in RFC 3986; the rest is for the server to judge.
        if let colon = text.range(ofScheme: "://"), colon > 0 { return .remote }
        if !hasSchema, !Files.exists(text) { return .remote }
        return .local(path: text)
    }

    private func at(_ place: Place, _ error: RPCError) -> RPCError {
        var error = error
        let loc = ["body"] + place.path.map { (step: PathStep) -> JSON in
            switch step {
            case .key(let key): .string(key)
            case .index(let index): .int(Int64(index))
            }
        }
        error.data["detail"] = [["loc": .array(loc), "msg": .string(error.message), "type": "file_error"]]
        return error
    }
}

/// `file:` URLs (RFC 8089).
enum FileURL {
    static func path(_ url: String) -> String? {
        var rest = url.dropFirst("file://".count)
        if rest.hasPrefix("localhost/") { rest = rest.dropFirst("localhost".count) }
        guard rest.hasPrefix("/") else { return nil }
        var bytes: [UInt8] = []
        var iterator = rest.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next(), let low = iterator.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16), value != 0
            else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// `data:` URIs (RFC 2397).
enum DataURI {
    static func source(_ uri: String, fileName: String? = nil, contentType: String? = nil) throws(RPCError) -> UploadSource {
        guard uri.hasPrefix("data:"), let comma = uri.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            throw .invalidParams("not a data URI")
        }
        let head = uri[uri.index(uri.startIndex, offsetBy: 5)..<comma]
        guard head.hasSuffix(";base64"), let bytes = Base64.decode(uri.utf8[uri.utf8.index(after: comma)...]) else {
            throw .invalidParams("a data URI must hold base64")
        }
        let named = head.split(separator: ";").first.map(String.init) ?? ""
        let type = contentType ?? (named.contains("/") ? named : MediaType.guess(name: "", start: Array(bytes.prefix(64))))
        let name = fileName ?? "upload." + (MediaType.fileExtension(of: type) ?? "bin")
        return UploadSource(content: .bytes(bytes), fileName: name, contentType: type)
    }
}

extension String {
    /// How many characters stand before `mark`, if they are all those of a URL's scheme.
    fileprivate func range(ofScheme mark: String) -> Int? {
        var count = 0
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(mark) { return count }
            let character = self[index]
            guard character.isASCII, character.isLetter || character.isNumber || "+-.".contains(character) else { return nil }
            count += 1
            index = self.index(after: index)
        }
        return nil
    }
}

extension JSON {
    /// The value with another in place of what stands at `path`.
    func replacing(_ path: ArraySlice<PathStep>, with value: JSON) -> JSON {
        guard let step = path.first else { return value }
        switch (step, self) {
        case (.key(let key), .object(var object)):
            if let member = object[key] { object[key] = member.replacing(path.dropFirst(), with: value) }
            return .object(object)
        case (.index(let index), .array(var elements)) where elements.indices.contains(index):
            elements[index] = elements[index].replacing(path.dropFirst(), with: value)
            return .array(elements)
        default: return self
        }
    }
}
