import FalProtocol
import JSON
import Synchronization

/// The URLs that our own files stand at.
final class OwnHosts: Sendable {
    private let urls = Mutex<[String]>(["http://\(Product.localHost)"])

    var all: [String] { urls.withLock { $0 } }

    func add(_ url: String) { urls.withLock { if !$0.contains(url) { $0.append(url) } } }
}

/// Our files are kept by their paths; each caller gets URLs of the host that it knows us by.
public enum OwnPaths {
    /// The value with `base` before each `url` and `…_url` in it that is a path of ours.
    public static func absolute(_ value: JSON, base: String) -> JSON {
        switch value {
        case .object(let object):
            return .object(JSONObject(object.map { member in
                let isURL = member.key == "url" || member.key.hasSuffix("_url")
                if isURL, let path = member.value.stringValue, path.hasPrefix("/files/") {
                    return (member.key, .string(base + path))
                }
                return (member.key, absolute(member.value, base: base))
            }))
        case .array(let elements): return .array(elements.map { absolute($0, base: base) })
        default: return value
        }
    }
}
