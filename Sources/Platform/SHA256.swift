import Glibc

/// SHA-256 by OpenSSL's libcrypto (which libcurl brings along), fed in pieces.
///
/// `@unchecked Sendable`: one owner at a time, as for any value with mutating methods.
public final class SHA256: @unchecked Sendable {
    private let context: OpaquePointer

    /// - Throws: `DynamicLibrary.NotFound` when there is no libcrypto on the machine.
    public init() throws(DynamicLibrary.NotFound) {
        let crypto = try Crypto.shared.get()
        guard let context = crypto.new(), crypto.start(context, crypto.sha256(), nil) == 1 else {
            throw DynamicLibrary.NotFound(description: "libcrypto refuses SHA-256")
        }
        self.context = context
    }

    deinit { if let crypto = try? Crypto.shared.get() { crypto.free(context) } }

    public func update(_ bytes: UnsafeRawBufferPointer) {
        guard let crypto = try? Crypto.shared.get(), bytes.count > 0 else { return }
        _ = crypto.update(context, bytes.baseAddress, bytes.count)
    }

    /// The digest as 64 lower-case hexadecimal digits. Nothing may be added afterwards.
    public func finish() -> String {
        guard let crypto = try? Crypto.shared.get() else { return "" }
        var digest = [UInt8](repeating: 0, count: 32)
        _ = crypto.finish(context, &digest, nil)
        return Hex.encode(digest)
    }

    public static func hash(_ bytes: [UInt8]) throws(DynamicLibrary.NotFound) -> String {
        let sum = try SHA256()
        bytes.withUnsafeBytes { sum.update($0) }
        return sum.finish()
    }

    private struct Crypto: Sendable {
        let new: @convention(c) () -> OpaquePointer?
        let free: @convention(c) (OpaquePointer) -> Void
        let sha256: @convention(c) () -> OpaquePointer?
        let start: @convention(c) (OpaquePointer, OpaquePointer?, OpaquePointer?) -> CInt
        let update: @convention(c) (OpaquePointer, UnsafeRawPointer?, Int) -> CInt
        let finish: @convention(c) (OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<CUnsignedInt>?)
            -> CInt

        static let shared = Result { () throws(DynamicLibrary.NotFound) -> Crypto in
            let library = try DynamicLibrary("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so")
            return Crypto(
                new: try library.function("EVP_MD_CTX_new"),
                free: try library.function("EVP_MD_CTX_free"),
                sha256: try library.function("EVP_sha256"),
                start: try library.function("EVP_DigestInit_ex"),
                update: try library.function("EVP_DigestUpdate"),
                finish: try library.function("EVP_DigestFinal_ex")
            )
        }
    }
}

public enum Hex {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
