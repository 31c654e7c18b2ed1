import Platform
import Testing

/// The vectors of RFC 8032, section 7.1.
@Suite struct Ed25519Tests {
    struct Vector: Sendable {
        let seed: String
        let key: String
        let message: String
        let signature: String
    }

    static let vectors = [
        Vector(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        Vector(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        Vector(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    @Test(arguments: vectors)
    func vectorOfTheStandard(vector: Vector) throws {
        let message = bytes(vector.message)
        #expect(try Ed25519.publicKey(seed: bytes(vector.seed)) == bytes(vector.key))
        #expect(try Ed25519.sign(message, seed: bytes(vector.seed)) == bytes(vector.signature))
        #expect(try verify(vector.signature, message, vector.key))
    }

    @Test func whatIsAlteredDoesNotMatch() throws {
        let vector = Self.vectors[1]
        #expect(try !verify(vector.signature, [0x73], vector.key))
        #expect(try !verify(vector.signature, [], vector.key))
        #expect(try !verify(vector.signature, [0x72], Self.vectors[0].key))
        #expect(try !verify(Self.vectors[0].signature, [0x72], vector.key))
    }

    @Test func whatIsNoSignatureOrKeyDoesNotMatch() throws {
        let vector = Self.vectors[0]
        #expect(try !verify("", [], vector.key))
        #expect(try !verify(vector.signature + "00", [], vector.key))
        #expect(try !verify(vector.signature, [], "00"))
        #expect(try !verify(vector.signature, [], String(repeating: "ff", count: 32)))
        #expect(throws: Ed25519.Failed.self) { try Ed25519.sign([], seed: [1, 2, 3]) }
    }

    private func verify(_ signature: String, _ message: [UInt8], _ key: String) throws -> Bool {
        try Ed25519.verify(signature: bytes(signature), message: message, publicKey: bytes(key))
    }

    private func bytes(_ hex: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in hex {
            let value = UInt8(digit.hexDigitValue ?? 0)
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
