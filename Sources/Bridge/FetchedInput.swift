import FalClient
import FalProtocol
import JSONRPC
import Platform
import Synchronization

/// A file of an input that stands at somebody's URL, brought here first: whoever would fetch it otherwise is another
/// process of this machine, and would follow a redirect to where only we can reach.
struct FetchedInput: Sendable {
    let path: String
    let source: UploadSource

    /// More than any model takes.
    private static let maxBytes: Int64 = 2 << 30

    /// - Parameter folder: ours alone; the file stays in it until `remove`.
    init(_ url: String, _ bridge: Bridge, _ client: FalClient, folder path: String) async throws(RPCError) {
        let name = Bridge.names(of: [FileValue(url: url)])[0]
        // A name that no other has.
        let kept = "\(Random.uuid())-\(name.suffix(80))"
        let folder: Folder
        do {
            try Files.makeDirectory(path)
            folder = try Folder(path)
        } catch {
            throw .io(error, path: path)
        }
        self.path = Files.join(path, kept)
        let got = try await Self.fetch(url, into: folder, as: kept, bridge, client)
        do {
            let file = try OpenFile(Descriptor.open(self.path, 0), path: self.path)
            let start = try file.start(64)
            let guess = MediaType.guess(name: name, start: start)
            let type = guess == MediaType.unknown ? got ?? guess : guess
            source = UploadSource(content: .file(file), fileName: name, contentType: type)
        } catch {
            try? Files.remove(self.path)
            throw .io(error, path: url)
        }
    }

    func remove() { try? Files.remove(path) }

    private static func fetch(
        _ url: String, into folder: Folder, as name: String, _ bridge: Bridge, _ client: FalClient
    ) async throws(RPCError) -> String? {
        let isTooLarge = Mutex(false)
        let running = Mutex<Task<Result<String?, DownloadError>, Never>?>(nil)
        let task = Task { () -> Result<String?, DownloadError> in
            do throws(DownloadError) {
                let (_, type) = try await client.download(
                    url, into: folder, as: name, overwrite: false, outwardBy: bridge.outwardHTTP
                ) { bytes, total in
                    guard max(bytes, total ?? 0) > maxBytes else { return }
                    isTooLarge.withLock { $0 = true }
                    running.withLock { $0 }?.cancel()
                }
                return .success(type)
            } catch {
                return .failure(error)
            }
        }
        running.withLock { $0 = task }
        let outcome = await withTaskCancellationHandler { await task.value } onCancel: { task.cancel() }
        switch outcome {
        case .success(let type): return type
        case .failure where isTooLarge.withLock({ $0 }): throw .io("\(url.prefix(200)): more than \(maxBytes) bytes")
        case .failure(let error): throw RPCError(error, from: url, to: name, masking: nil)
        }
    }
}
