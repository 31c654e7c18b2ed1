import FalClient
import FalProtocol
import JSON
import JSONRPC
import JSONSchema
import Models
import Platform

/// The local files of an input: found, uploaded, and replaced by their URLs.
struct InputFiles {
    private enum Reference {
        /// For the server to judge.
        case remote
        case local(path: String)
        case data(String)
        /// At a URL that is fetched here, for a server on this machine.
        case outward(String)
    }

    private struct Item: Sendable {
        let place: FilePlace
        let source: UploadSource
    }

    let bridge: Bridge
    let client: FalClient
    let call: Call
    /// Of the endpoint, if it is known.
    let model: Model?

    /// A data URI up to this many bytes goes out as it is.
    private static let maxInlineBytes = 256 << 10
    /// Uploads of one input at once.
    private static let maxParallel = 4

    /// - Parameter turnstile: that the caller has passed, and others may pass during the uploads.
    /// - Returns: `input` with a URL in place of each local file.
    func uploaded(_ input: JSON, outside turnstile: Turnstile?) async throws(RPCError) -> JSON {
        let places = FilePlaces(in: input, schema: model?.input).found
        guard places.count <= FilePlaces.maxFiles else {
            throw .invalidParams("more than \(FilePlaces.maxFiles) files in one input")
        }
        guard !places.isEmpty else { return input }
        guard let turnstile else { return try await inTurn(input, places) }
        return try await turnstile.aside { () async throws(RPCError) in try await inTurn(input, places) }
    }

    private func inTurn(_ input: JSON, _ places: [FilePlace]) async throws(RPCError) -> JSON {
        try await bridge.openInputs.pass { () async throws(RPCError) in
            try bridge.throwIfEnding(call)
            return try await uploaded(input, places)
        }
    }

    private func uploaded(_ input: JSON, _ places: [FilePlace]) async throws(RPCError) -> JSON {
        // Everything is opened and looked at before anything is sent.
        var items: [Item] = []
        var fetched: [FetchedInput] = []
        defer { for file in fetched { file.remove() } }
        for place in places {
            do throws(RPCError) {
                switch try reference(place) {
                case .remote: break
                case .local(let path):
                    items.append(Item(place: place, source: try bridge.uploadSource(path: path, call)))
                case .data(let uri): items.append(Item(place: place, source: try DataURI.source(uri)))
                case .outward(let url):
                    let folder = Files.join(bridge.current.stateFolder, "fetched")
                    let file = try await FetchedInput(url, bridge, client, folder: folder)
                    fetched.append(file)
                    items.append(Item(place: place, source: file.source))
                }
            } catch {
                throw at(place, error)
            }
        }
        guard !items.isEmpty else { return input }
        var input = input
        for (place, url) in try await upload(items) { input = input.replacing(place.path[...], with: .string(url)) }
        return input
    }

    private func upload(_ items: [Item]) async throws(RPCError) -> [(FilePlace, String)] {
        let gate = ProgressGate()
        let results = await withTaskGroup(of: (FilePlace, Result<String, RPCError>).self) { tasks in
            var next = items.enumerated().makeIterator()
            func startNext() {
                guard let (index, item) = next.next() else { return }
                tasks.addTask {
                    do throws(RPCError) {
                        let file = try await bridge.upload(
                            item.source, isNamed: false, client: client, call: call, gate: gate, index: index
                        )
                        return (item.place, .success(file.url))
                    } catch {
                        return (item.place, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.maxParallel { startNext() }
            var results: [(FilePlace, Result<String, RPCError>)] = []
            var hasFailed = false
            for await result in tasks {
                // Those that are cut off after the first failure have nothing of their own to say.
                if !hasFailed { results.append(result) }
                if case .failure = result.1 {
                    hasFailed = true
                    tasks.cancelAll()
                }
                if !hasFailed { startNext() }
            }
            return results
        }
        var urls: [(FilePlace, String)] = []
        for (place, result) in results {
            do throws(RPCError) { urls.append((place, try result.get())) } catch {
                throw error.kind == "io_error" ? at(place, error) : error
            }
        }
        return urls
    }

    private func reference(_ place: FilePlace) throws(RPCError) -> Reference {
        let text = place.text
        if DataURI.isOne(text) { return text.utf8.count > Self.maxInlineBytes ? .data(text) : .remote }
        if FileURL.isOne(text) {
            guard let path = FileURL.path(text) else { throw .notAFileURL(text) }
            return .local(path: path)
        }
        if Self.hasScheme(text) {
            let isOurs = call.mandate == nil || client.backend.kind != .local || client.backend.hasURL(text)
            return isOurs ? .remote : .outward(text)
        }
        return place.isCertain || exists(text) ? .local(path: text) : .remote
    }

    private func exists(_ text: String) -> Bool {
        guard !text.isEmpty, !text.utf8.contains(0) else { return false }
        let roots = bridge.roots(call)
        // An agent is not told by what happens which files there are elsewhere: a whole path is refused either way.
        if call.mandate != nil, text.hasPrefix("/") || text.hasPrefix("~/"), !roots.mayHave(text) { return true }
        return Files.exists(roots.absolute(text))
    }

    /// Whether `text` begins with a URL's scheme (RFC 3986 section 3.1) and `//`.
    private static func hasScheme(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        return !scheme.isEmpty && text.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
    }

    private func at(_ place: FilePlace, _ error: RPCError) -> RPCError {
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
