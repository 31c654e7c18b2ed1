/// Ed25519 signatures (RFC 8032) by OpenSSL's libcrypto, opened when the first is made or checked.
public enum Ed25519 {
    public static let seedBytes = 32
    public static let publicKeyBytes = 32
    public static let signatureBytes = 64

    /// What libcrypto refused, or that it is not there.
    public struct Failed: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Whether `signature` is the key's over `message`. What is not even a signature or a key is no match.
    /// - Throws: `Failed` when there is no libcrypto on the machine.
    public static func verify(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) throws(Failed) -> Bool {
        let crypto = try Crypto.loaded()
        guard signature.count == signatureBytes, publicKey.count == publicKeyBytes else { return false }
        defer { crypto.clearErrors() }
        guard let key = crypto.publicKey(Crypto.ed25519, nil, publicKey, publicKey.count) else { return false }
        defer { crypto.freeKey(key) }
        guard let context = crypto.newContext() else { throw Failed(description: "libcrypto has no room") }
        defer { crypto.freeContext(context) }
        guard crypto.startVerify(context, nil, nil, nil, key) == 1 else {
            throw Failed(description: "libcrypto refuses Ed25519")
        }
        return crypto.verify(context, signature, signature.count, message, message.count) == 1
    }

    /// The signature over `message`, 64 bytes.
    /// - Parameter seed: the secret, 32 random bytes.
    public static func sign(_ message: [UInt8], seed: [UInt8]) throws(Failed) -> [UInt8] {
        let crypto = try Crypto.loaded()
        defer { crypto.clearErrors() }
        let key = try crypto.key(seed: seed)
        defer { crypto.freeKey(key) }
        guard let context = crypto.newContext() else { throw Failed(description: "libcrypto has no room") }
        defer { crypto.freeContext(context) }
        var signature = [UInt8](repeating: 0, count: signatureBytes)
        var count = signatureBytes
        guard crypto.startSign(context, nil, nil, nil, key) == 1,
            crypto.sign(context, &signature, &count, message, message.count) == 1, count == signatureBytes
        else { throw Failed(description: "libcrypto refuses to sign") }
        return signature
    }

    /// The public key that belongs to a seed, 32 bytes.
    public static func publicKey(seed: [UInt8]) throws(Failed) -> [UInt8] {
        let crypto = try Crypto.loaded()
        defer { crypto.clearErrors() }
        let key = try crypto.key(seed: seed)
        defer { crypto.freeKey(key) }
        var bytes = [UInt8](repeating: 0, count: publicKeyBytes)
        var count = publicKeyBytes
        guard crypto.rawPublicKey(key, &bytes, &count) == 1, count == publicKeyBytes else {
            throw Failed(description: "libcrypto has no public key for this seed")
        }
        return bytes
    }

    private struct Crypto: Sendable {
        /// OpenSSL's number for this kind of key, `NID_ED25519`.
        static let ed25519: CInt = 1_087

        typealias MakeKey = @convention(c) (CInt, OpaquePointer?, UnsafePointer<UInt8>, Int) -> OpaquePointer?
        typealias Start = @convention(c) (
            OpaquePointer, UnsafeMutablePointer<OpaquePointer?>?, OpaquePointer?, OpaquePointer?, OpaquePointer
        ) -> CInt

        let publicKey: MakeKey
        let privateKey: MakeKey
        let rawPublicKey: @convention(c) (OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Int>) -> CInt
        let freeKey: @convention(c) (OpaquePointer) -> Void
        let newContext: @convention(c) () -> OpaquePointer?
        let freeContext: @convention(c) (OpaquePointer) -> Void
        let startSign: Start
        let startVerify: Start
        let sign: @convention(c) (
            OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Int>, UnsafePointer<UInt8>, Int
        ) -> CInt
        let verify: @convention(c) (OpaquePointer, UnsafePointer<UInt8>, Int, UnsafePointer<UInt8>, Int) -> CInt
        /// What failed stays in a list of the thread, where the next TLS call on it would find it.
        let clearErrors: @convention(c) () -> Void

        func key(seed: [UInt8]) throws(Failed) -> OpaquePointer {
            guard seed.count == seedBytes, let key = privateKey(Self.ed25519, nil, seed, seed.count) else {
                throw Failed(description: "a seed is \(seedBytes) bytes, not \(seed.count)")
            }
            return key
        }

        static func loaded() throws(Failed) -> Crypto {
            do { return try shared.get() } catch { throw Failed(description: error.description) }
        }

        private static let shared = Result { () throws(DynamicLibrary.NotFound) -> Crypto in
            let library = try DynamicLibrary("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so")
            return Crypto(
                publicKey: try library.function("EVP_PKEY_new_raw_public_key"),
                privateKey: try library.function("EVP_PKEY_new_raw_private_key"),
                rawPublicKey: try library.function("EVP_PKEY_get_raw_public_key"),
                freeKey: try library.function("EVP_PKEY_free"),
                newContext: try library.function("EVP_MD_CTX_new"),
                freeContext: try library.function("EVP_MD_CTX_free"),
                startSign: try library.function("EVP_DigestSignInit"),
                startVerify: try library.function("EVP_DigestVerifyInit"),
                sign: try library.function("EVP_DigestSign"),
                verify: try library.function("EVP_DigestVerify"),
                clearErrors: try library.function("ERR_clear_error")
            )
        }
    }
}
