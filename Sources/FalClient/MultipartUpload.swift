import FalProtocol
import HTTP
import JSON
import Platform
import Synchronization

/// An upload in parts that has begun: where its parts go, and those that are there.
public struct PartialUpload: Sendable, Equatable {
    /// Who gave the place, which decides how a part is sent.
    public enum Route: String, Sendable {
        case initiate
        case token
    }

    public let route: Route
    /// `upload_url` of the one, `access_url` of the other.
    public let place: String
    public let fileURL: String
    /// The `token` route's name for the upload.
    public let uploadID: String?
    public let partSize: Int64
    /// What the storage called each part that it has.
    public var etags: [Int: String]

    public init(
        route: Route, place: String, fileURL: String, uploadID: String?, partSize: Int64, etags: [Int: String] = [:]
    ) {
        self.route = route
        self.place = place
        self.fileURL = fileURL
        self.uploadID = uploadID
        self.partSize = partSize
        self.etags = etags
    }
}

/// What remembers one upload in parts, so that another attempt or process sends only what is missing.
public protocol UploadLedger: Sendable {
    /// The upload as it was left, if it was.
    func unfinished() async -> PartialUpload?
    func begin(_ upload: PartialUpload) async
    /// On the disk when it returns.
    func record(part: Int, etag: String) async
    /// It is finished, or cannot be.
    func forget() async
}

/// Large files, in parts.
extension FalClient {
    /// As by fal's own client; larger only where there would be more parts than S3 and its kin take.
    private static let partSize: Int64 = 10 << 20
    private static let maxParts: Int64 = 10_000
    /// Parts at once.
    private static let maxParallel = 4

    static func partSize(for size: Int64) -> Int64 {
        let needed = (size + maxParts - 1) / maxParts
        let mebibyte: Int64 = 1 << 20
        return max(partSize, (needed + mebibyte - 1) / mebibyte * mebibyte)
    }

    /// - Returns: the file's URL.
    func uploadInParts(
        _ source: UploadSource, ledger: (any UploadLedger)?, progress: UploadProgress
    ) async throws(FalError) -> String {
        if let left = await ledger?.unfinished(), left.partSize >= Self.partSize {
            do throws(FalError) {
                return try await send(source, by: left, token: nil, ledger: ledger, progress: progress)
            } catch {
                // The place's time is over, or somebody else has finished it.
                guard error.meansPlaceIsGone else { throw error }
                Log.debug("an upload cannot be taken up again and begins anew: \(error.cause)")
                await ledger?.forget()
                progress.restart()
            }
        }
        let fresh: PartialUpload
        var token: UploadToken?
        let size = Self.partSize(for: source.size)
        do throws(FalError) {
            let place = try await place(for: source, route: "initiate-multipart")
            fresh = PartialUpload(
                route: .initiate, place: place.uploadURL, fileURL: place.fileURL, uploadID: nil, partSize: size
            )
        } catch {
            guard error.isRefusedPlace else { throw error }
            let made = try await uploadToken(instead: error)
            token = made
            fresh = try await placeByToken(for: source, made, partSize: size)
        }
        await ledger?.begin(fresh)
        do throws(FalError) {
            return try await send(source, by: fresh, token: token, ledger: ledger, progress: progress)
        } catch {
            if error.meansPlaceIsGone { await ledger?.forget() }
            throw error
        }
    }

    private func send(
        _ source: UploadSource, by upload: PartialUpload, token: UploadToken?, ledger: (any UploadLedger)?,
        progress: UploadProgress
    ) async throws(FalError) -> String {
        var token = token
        if upload.route == .token, token == nil { token = try await uploadToken(instead: nil) }
        let count = Int((source.size + upload.partSize - 1) / upload.partSize)
        var etags = upload.etags.filter { (1...count).contains($0.key) }
        func range(_ number: Int) -> (offset: Int64, length: Int64) {
            let offset = Int64(number - 1) * upload.partSize
            return (offset, min(upload.partSize, source.size - offset))
        }
        for number in etags.keys { progress.settle(number, range(number).length) }
        let missing = (1...count).filter { etags[$0] == nil }
        let bearer = token
        typealias Outcome = (number: Int, etag: Result<String, FalError>)
        let failure = await withTaskGroup(of: Outcome.self) { tasks -> FalError? in
            var next = missing.makeIterator()
            func start(_ number: Int) {
                let (offset, length) = range(number)
                tasks.addTask {
                    do throws(FalError) {
                        let etag = try await part(number, of: source, offset, length, upload, bearer, progress)
                        return (number, .success(etag))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.maxParallel { if let number = next.next() { start(number) } }
            var failure: FalError?
            for await (number, outcome) in tasks {
                switch outcome {
                case .success(let etag):
                    etags[number] = etag
                    progress.settle(number, range(number).length)
                    if failure == nil, let number = next.next() { start(number) }
                    await ledger?.record(part: number, etag: etag)
                case .failure(let error):
                    // The others would only be cut off by the cancel, and say nothing new.
                    if failure == nil { failure = error }
                    tasks.cancelAll()
                }
            }
            return failure
        }
        if let failure { throw failure }
        try source.throwIfChanged()
        try await complete(upload, etags, size: source.size, token)
        await ledger?.forget()
        return upload.fileURL
    }

    /// Sends one part.
    /// - Returns: the storage's name for it.
    private func part(
        _ number: Int, of source: UploadSource, _ offset: Int64, _ length: Int64, _ upload: PartialUpload,
        _ token: UploadToken?, _ progress: UploadProgress
    ) async throws(FalError) -> String {
        let url = Self.url(upload, "\(number)")
        var request = bodyRequest("PUT", url, source, offset, length)
        if upload.route == .token { request.headers.append(("Content-Type", source.contentType)) }
        let response = try await exchange(request, token, progress: progress.part(number))
        let answer = try? JSON.parse(response.body)
        let told = answer?["etag"]?.stringValue
        let header = response.headers["etag"]
        guard let etag = upload.route == .initiate ? told ?? header : header ?? told, !etag.isEmpty,
            answer?["partNumber"]?.intValue ?? Int64(number) == Int64(number)
        else { throw FalError(.malformed("the storage took part \(number) without naming it")) }
        return etag
    }

    private func complete(
        _ upload: PartialUpload, _ etags: [Int: String], size: Int64, _ token: UploadToken?
    ) async throws(FalError) {
        let parts = etags.sorted { $0.key < $1.key }.map { part -> JSON in
            ["partNumber": .int(Int64(part.key)), "etag": .string(part.value)]
        }
        let url = Self.url(upload, "complete")
        var request = HTTPRequest("POST", url, headers: [
            ("Content-Type", "application/json"), ("User-Agent", Self.userAgent),
        ])
        request.body = .bytes((["parts": .array(parts)] as JSON).bytes)
        request.timeout = nil
        // Joining many parts takes the storage a while, in which no byte moves.
        request.stallTimeout = 300
        if backend.isBehindSocket(url) { request.unixSocket = backend.unixSocket }
        do throws(FalError) {
            _ = try await exchange(request, token, progress: nil)
        } catch {
            // An answer that was lost leaves a finished upload, which the storage does not know any more.
            guard error.meansPlaceIsGone, let head = await storedHead(upload.fileURL),
                (200..<300).contains(head.status), head.headers["content-length"].flatMap({ Int64($0) }) == size
            else { throw error }
        }
    }

    /// `step` below the place's path, before its query.
    static func url(_ upload: PartialUpload, _ step: String) -> String {
        let steps = upload.uploadID.map { "multipart/\($0)/\(step)" } ?? step
        let place = upload.place.prefix { $0 != "#" }
        guard let mark = place.firstIndex(of: "?") else { return "\(place)/\(steps)" }
        return "\(place[..<mark])/\(steps)\(place[mark...])"
    }
}

extension FalError {
    /// The place for an upload takes nothing, or nothing more.
    fileprivate var meansPlaceIsGone: Bool {
        if case .status(let status, _) = cause { return (400..<500).contains(status) && status != 408 && status != 429 }
        return false
    }
}
