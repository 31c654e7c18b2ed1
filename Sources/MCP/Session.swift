import JSON
import JSONRPC
import Synchronization

/// What was agreed on by `initialize`, with clients that open with it. The others say everything in each request.
final class Session: Sendable {
    private struct State {
        var revision: Revision?
        var capabilities: JSON = [:]
        var name = ""
        /// The client's roots, being asked for or known; nil before it can be asked.
        var roots: Task<[String]?, Never>?
    }

    private let state = Mutex(State())

    /// Nil before `initialize`.
    var revision: Revision? { state.withLock { $0.revision } }

    /// - Returns: the revision that is spoken from here on: the one that was asked for, or the newest that it could be.
    func open(_ params: JSONObject) throws(RPCError) -> Revision {
        guard let wanted = params["protocolVersion"]?.stringValue else {
            throw .invalidParams("protocolVersion: Field required")
        }
        let known = Revision(rawValue: wanted)
        let revision = known.flatMap { $0.isModern ? nil : $0 } ?? .newestByHandshake
        state.withLock { state in
            state.revision = revision
            state.capabilities = params["capabilities"] ?? [:]
            state.name = Peer.name(params["clientInfo"])
        }
        return revision
    }

    /// Who makes the request.
    /// - Throws: where it says neither for itself nor by an earlier `initialize` what it speaks.
    func peer(_ params: JSONObject) throws(RPCError) -> Peer {
        let meta = params["_meta"] ?? [:]
        if let version = meta[MetaKey.protocolVersion] {
            guard let text = version.stringValue else {
                throw .invalidParams("_meta: \(MetaKey.protocolVersion) must be a string")
            }
            guard let revision = Revision(rawValue: text), revision.isModern else { throw .unsupportedVersion(text) }
            guard let capabilities = meta[MetaKey.clientCapabilities], capabilities.objectValue != nil else {
                throw .invalidParams("_meta: \(MetaKey.clientCapabilities) must be an object in every request")
            }
            return Peer(
                revision: revision, capabilities: capabilities, name: Peer.name(meta[MetaKey.clientInfo]), meta: meta
            )
        }
        return try state.withLock { state throws(RPCError) in
            guard let revision = state.revision else {
                throw .invalidParams(
                    "no \(MetaKey.protocolVersion) in _meta, and no initialize before. Spoken here: "
                        + Revision.names.joined(separator: ", ")
                )
            }
            return Peer(revision: revision, capabilities: state.capabilities, name: state.name, meta: meta)
        }
    }

    /// The roots that the client gave when it was asked; nil where it was not, or did not say.
    func roots() async -> [String]? { await state.withLock { $0.roots }?.value }

    func setRoots(_ task: Task<[String]?, Never>) { state.withLock { $0.roots = task } }

    var hasRoots: Bool { state.withLock { $0.capabilities["roots"]?.objectValue != nil } }
}
