import Bridge
import JSON
import JSONRPC
import Platform

/// The folders that an agent may use: those of the command line, else the client's; for a client that has no roots, the
/// folder it was started in.
struct AgentRoots: Sendable {
    enum Answer: Sendable {
        case known([String])
        /// The client has roots, and must be asked for them.
        case ask
    }

    let bridge: Bridge
    let session: Session

    /// The key under which a client is asked, and answers.
    static let question = "roots"

    func roots(_ peer: Peer, _ params: JSONObject) async -> Answer {
        let named = bridge.current.roots
        if !named.isEmpty { return .known(named) }
        guard peer.hasRoots else { return .known(Self.workingFolder) }
        let given: [String]?
        if peer.revision.isModern {
            guard let answer = params["inputResponses"]?[Self.question] else { return .ask }
            given = Self.folders(answer)
        } else {
            given = await session.roots()
        }
        // Who has roots and names none, or does not answer, has not said that any other folder will do.
        return .known(given ?? [])
    }

    /// The folders of a `roots/list` answer that are there. The whole disk is none.
    static func folders(_ answer: JSON) -> [String] {
        (answer["roots"]?.arrayValue ?? []).prefix(64).compactMap { root in
            guard let uri = root["uri"]?.stringValue, let path = Bridge.path(ofURL: uri),
                let real = try? Files.resolve(path), real != "/", (try? Files.status(real))?.isDirectory == true
            else { return nil }
            return real
        }
    }

    /// Where a host starts us in no project's folder, nobody chose it: then there is none.
    private static var workingFolder: [String] {
        guard let folder = try? Files.resolve(Files.workingDirectory) else { return [] }
        let home = Environment.get("HOME").flatMap { try? Files.resolve($0) }
        return folder == "/" || folder == home ? [] : [folder]
    }
}
