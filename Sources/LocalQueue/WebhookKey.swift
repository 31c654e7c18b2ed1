import FalProtocol
import JSON
import Platform
import Synchronization

/// The key that webhooks are signed with: made once for a state folder, and kept there.
public struct WebhookKey: Sendable {
    /// Whose requests these are, as a webhook's header says.
    static let userID = Product.localHost
    private static let maxFileBytes = 1_024

    private let seed: [UInt8]
    private let publicKey: [UInt8]

    init(file: String) throws {
        if Files.exists(file) {
            let text = try Files.read(file, limit: Self.maxFileBytes)
            guard let seed = Base64.decode(text), seed.count == Ed25519.seedBytes else {
                throw Store.Unusable(description: "\(file) holds no key for webhooks")
            }
            self.seed = seed
        } else {
            var generator = SystemRandomNumberGenerator()
            seed = (0..<Ed25519.seedBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try Files.write(Array((Base64.encode(seed) + "\n").utf8), to: file)
        }
        publicKey = try Ed25519.publicKey(seed: seed)
    }

    /// What receivers check signatures with (RFC 7517, RFC 8037).
    public var jwks: JSON {
        let x = Base64.encode(publicKey).compactMap { character -> Character? in
            switch character {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: character
            }
        }
        return ["keys": [["kty": "OKP", "crv": "Ed25519", "x": .string(String(x)), "use": "sig", "alg": "EdDSA"]]]
    }

    /// The headers that say who sends a body and when.
    func headers(requestID: String, body: [UInt8], at time: Timestamp) throws -> [(name: String, value: String)] {
        let seconds = "\(Int64(time.seconds))"
        let message = "\(requestID)\n\(Self.userID)\n\(seconds)\n\(try SHA256.hash(body))"
        return [
            ("X-Fal-Webhook-Request-Id", requestID), ("X-Fal-Webhook-User-Id", Self.userID),
            ("X-Fal-Webhook-Timestamp", seconds),
            ("X-Fal-Webhook-Signature", Hex.encode(try Ed25519.sign(Array(message.utf8), seed: seed))),
        ]
    }

    /// The key of a folder, made or read when it is first needed: most starts need none.
    final class Kept: Sendable {
        private let file: String
        private let key = Mutex<WebhookKey?>(nil)

        init(file: String) { self.file = file }

        func get() throws -> WebhookKey {
            try key.withLock { key in
                if let key { return key }
                let made = try WebhookKey(file: file)
                key = made
                return made
            }
        }
    }

    /// A signature over any text of ours, for links that are good for a while.
    public func sign(_ text: String) throws -> String { Hex.encode(try Ed25519.sign(Array(text.utf8), seed: seed)) }
}
