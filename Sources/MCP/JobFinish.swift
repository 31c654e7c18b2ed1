import Bridge
import FalProtocol
import JSON
import JSONRPC
import JSONSchema
import Platform

/// Makes the tool's answer of a job that is done: its files on disk, what they are, a picture, what it cost.
struct JobFinish: Sendable {
    let bridge: Bridge
    let methods: Methods

    /// A picture is smaller than this, so that a line with it stays small.
    private static let maxPicture = 64 << 10
    /// Widths of a frame and JPEG qualities that are tried in turn.
    private static let pictures = [(width: 320, quality: 5), (240, 8), (160, 12), (96, 24)]
    /// Characters of an output that are shown as they are.
    private static let maxOutput = 4_000

    /// Of a job that cannot be seen.
    private static let lost = "This says nothing of the job itself, which may go on. Do not send it again: call result "
        + "with its request_id later."

    private struct Saved: Sendable {
        let file: FileValue
        /// Nil where it could not be saved.
        var path: String?
        var type: String?
        var size: Int64?
        var probe: MediaProbe?
    }

    func result(_ job: Job, _ outcome: Result<JSON, RPCError>) async -> ToolResult {
        switch outcome {
        case .failure(let error):
            var result = ToolResult(error: ErrorWords(input: [:]).text(error))
            if job.glimpse.isLost, !(result.texts.first ?? "").has("Do not send it again") {
                result.texts.append(Self.lost)
            }
            result.isCancelled = error.kind == "cancelled"
            if result.isCancelled { result.texts = ["The job \(job.id) was cancelled."] }
            return result
        case .success(let answer): return await result(job, answer)
        }
    }

    private func result(_ job: Job, _ answer: JSON) async -> ToolResult {
        let data = answer["data"] ?? .null
        let (saved, reason) = await self.saved(FileValue.all(in: data), job)
        let metrics = answer["metrics"]
        let places = saved.compactMap { file in file.path.map { (file.file.url, FileURI.of($0)) } }
        let output = InlineData.without(data, places: Dictionary(places) { first, _ in first })
        let model = try? bridge.catalog.model(job.endpoint)
        let cost = CostNote.after(model?.price, isLocal: answer["backend"] == "local", metrics)
        var result = ToolResult("")
        let preview = await picture(job, saved)
        result.picture = preview?.bytes
        result.links = saved.compactMap(Self.link)
        result.lacksFiles = saved.contains { $0.path == nil }
        var structured: JSONObject = [
            "request_id": .string(job.id), "endpoint": .string(job.endpoint), "status": "COMPLETED", "output": output,
        ]
        if !saved.isEmpty { structured["files"] = .array(saved.map(Self.json)) }
        structured["preview"] = preview?.path.map(JSON.string)
        structured["metrics"] = metrics
        structured["cost"] = cost.map(JSON.string)
        result.structured = Self.fitting(structured, job.tool)
        result.texts = [words(job, output, saved, reason, metrics, cost)]
        return result
    }

    /// A server may answer what its schema does not say; the promise of our own schema is kept all the same.
    private static func fitting(_ structured: JSONObject, _ tool: Tool) -> JSONObject {
        guard let schema = try? Schema(tool.output), !schema.accepts(.object(structured)) else { return structured }
        var rest = structured
        for key in ["output", "metrics", "files"] where !schema.accepts(.object(rest)) { rest[key] = nil }
        return rest
    }

    // MARK: Files

    /// - Returns: the files, and why not all are on disk.
    private func saved(_ files: [FileValue], _ job: Job) async -> ([Saved], String?) {
        var saved = files.map { Saved(file: $0, path: nil, type: $0.contentType, size: $0.fileSize) }
        guard !files.isEmpty else { return ([], nil) }
        guard let folder = ResultFolder.path(of: job) else {
            return (saved, "no folder may be written; the user can name one by the argument --root DIR")
        }
        var reason: String?
        if Files.exists(folder) {
            let names = Bridge.names(of: files)
            for (index, file) in files.enumerated() {
                do throws(RPCError) {
                    saved[index] = try await again(file, Files.join(folder, names[index]), job)
                } catch {
                    reason = reason ?? error.message
                }
            }
        } else {
            let params: JSONObject = ["request_id": .string(job.id), "to": .string(folder + "/")]
            do throws(RPCError) {
                let answer = try await methods.result("download", params, job.mandate)
                for (index, got) in (answer["files"]?.arrayValue ?? []).enumerated() where index < saved.count {
                    saved[index].path = got["path"]?.stringValue
                    saved[index].type = got["content_type"]?.stringValue ?? saved[index].type
                    saved[index].size = got["file_size"]?.intValue
                }
            } catch {
                reason = error.message
            }
        }
        for index in saved.indices where saved[index].type.map(Self.isMedium) ?? true {
            if let path = saved[index].path { saved[index].probe = await MediaProbe(path) }
        }
        return (saved, reason)
    }

    /// A file of a job whose result was asked for before: where it is still there, it is not fetched again.
    private func again(_ file: FileValue, _ path: String, _ job: Job) async throws(RPCError) -> Saved {
        if let status = try? Files.status(path), status.isRegular {
            return Saved(file: file, path: path, type: file.contentType, size: status.size)
        }
        let params: JSONObject = ["url": .string(file.url), "to": .string(path)]
        let got = try await methods.result("download", params, job.mandate)["files"]?.arrayValue?.first
        return Saved(
            file: file, path: path, type: file.contentType ?? got?["content_type"]?.stringValue,
            size: got?["file_size"]?.intValue
        )
    }

    private static func isMedium(_ type: String) -> Bool {
        ["video/", "image/", "audio/"].contains(where: type.hasPrefix)
    }

    private static func link(_ saved: Saved) -> ToolResult.Link? {
        guard let path = saved.path else { return nil }
        var media: JSONObject = [:]
        media["duration"] = saved.probe?.duration.map(JSON.number)
        media["width"] = saved.probe?.width.map(JSON.int)
        media["height"] = saved.probe?.height.map(JSON.int)
        return ToolResult.Link(
            uri: FileURI.of(path), name: Files.name(of: path), mimeType: saved.type, size: saved.size,
            words: measures(saved), media: media
        )
    }

    private static func json(_ saved: Saved) -> JSON {
        // What is carried in the URL itself would only be read a second time.
        let isInline = saved.file.url.hasPrefix("data:")
        var members: JSONObject = ["url": .string(isInline ? "data:" : saved.file.url)]
        members["path"] = saved.path.map(JSON.string)
        members["uri"] = saved.path.map { .string(FileURI.of($0)) }
        members["content_type"] = saved.type.map(JSON.string)
        members["file_size"] = saved.size.map(JSON.int)
        members["duration"] = saved.probe?.duration.map(JSON.number)
        members["width"] = saved.probe?.width.map(JSON.int)
        members["height"] = saved.probe?.height.map(JSON.int)
        return .object(members)
    }

    /// `1.2 MB, 3 s, 512×512`.
    private static func measures(_ saved: Saved) -> String {
        var parts: [String] = []
        if let size = saved.size {
            parts.append(size < 1_000_000 ? "\((size + 500) / 1_000) kB" : "\(rounded(Double(size) / 1e6, 10)) MB")
        }
        if let seconds = saved.probe?.duration { parts.append("\(rounded(seconds, 100)) s") }
        if let width = saved.probe?.width, let height = saved.probe?.height { parts.append("\(width)×\(height)") }
        return parts.joined(separator: ", ")
    }

    private static func rounded(_ value: Double, _ parts: Double) -> String {
        JSON.number((value * parts).rounded() / parts).text
    }

    // MARK: The picture

    private func picture(_ job: Job, _ saved: [Saved]) async -> (bytes: [UInt8], path: String?)? {
        let seen = saved.first { $0.path != nil && $0.probe?.width != nil }
        guard let path = seen?.path, ChildProcess.find("ffmpeg") != nil else { return nil }
        // Beside the state first: in the result's folder a link of that name could lead it elsewhere.
        let place = Files.join(bridge.current.stateFolder, ".preview-\(Random.uuid()).jpg")
        defer { try? Files.remove(place) }
        for (width, quality) in Self.pictures {
            let sheet = ContactSheet(before: job.source, after: path)
            if let failure = await sheet.make(place, width: width, quality: quality) {
                // The input may be of a kind that is not shown.
                let alone = job.source == nil ? failure : await ContactSheet(before: nil, after: path)
                    .make(place, width: width, quality: quality)
                if let alone {
                    Log.info("no preview of \(job.id): \(alone)")
                    return nil
                }
            }
            guard let bytes = try? Files.read(place, limit: Self.maxPicture - 1) else { continue }
            return (bytes, keep(bytes, job))
        }
        return nil
    }

    private func keep(_ bytes: [UInt8], _ job: Job) -> String? {
        let name = "preview.jpg"
        guard let path = ResultFolder.path(of: job), let folder = try? Folder(path) else { return nil }
        if !folder.contains(name) {
            guard let file = try? folder.makeFile(),
                (try? bytes.withUnsafeBytes({ try file.write($0) })) != nil,
                (try? file.commit(as: name, overwrite: false)) != nil
            else { return nil }
        }
        return Files.join(path, name)
    }

    // MARK: Words

    private func words(
        _ job: Job, _ data: JSON, _ saved: [Saved], _ reason: String?, _ metrics: JSON?, _ cost: String?
    ) -> String {
        var lines: [String] = []
        var first = "Done: \(job.endpoint)"
        if let seconds = metrics?["inference_time"]?.doubleValue {
            first += " in \(Self.rounded(seconds, 10)) s"
        }
        lines.append(first + ".")
        for one in saved {
            let measures = Self.measures(one)
            let words = measures.isEmpty ? "" : " (\(measures))"
            let place = one.path.map { "Saved: \($0)" } ?? "Not saved here, at \(one.file.url.prefix(500))"
            lines.append(place + words)
        }
        if let reason { lines.append("Not everything is saved on this machine: \(reason)") }
        if metrics?["generative"] == false {
            let engine = metrics?["engine"]?.stringValue ?? "a simple one"
            lines.append("Made on this machine by the engine \(engine), which repaints and does not generate.")
        }
        if let cost { lines.append("Cost: \(cost).") }
        let rest = Self.withoutFiles(data)
        if rest != [:], rest != .null, rest.text.count <= Self.maxOutput { lines.append("Output: \(rest.text)") }
        lines.append("request_id: \(job.id)")
        return lines.joined(separator: "\n")
    }

    /// The output without what was said of its files already.
    private static func withoutFiles(_ value: JSON) -> JSON {
        switch value {
        case .object(let members):
            return .object(JSONObject(members.compactMap { member in
                FileValue(member.value) == nil ? (member.key, withoutFiles(member.value)) : nil
            }.filter { $0.1 != .array([]) }))
        case .array(let elements):
            return .array(elements.filter { FileValue($0) == nil }.map(withoutFiles))
        default: return value
        }
    }
}

/// `file:` URIs as links have them.
enum FileURI {
    static func of(_ path: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes = Array("file://".utf8)
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: bytes.append(byte)
            case _ where "/-._~!$&'()*+,;=:@".utf8.contains(byte): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
