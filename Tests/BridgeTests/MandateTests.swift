import Testing

@testable import Bridge

@Suite struct MandateTests {
    @Test(arguments: [
        ".env", "a/.git/config", ".netrc", "id_rsa", "ID_ED25519", "x.pem", "prod.env", "Credentials.json", "secrets.yaml",
        "a.kdbx", "fish_history",
    ])
    func secretsAreKnownByTheirNames(_ path: String) {
        #expect(SecretFiles.objection(to: path.split(separator: "/")) != nil)
    }

    @Test(arguments: ["clip.mp4", "a b/idea.png", "keys/piano.wav", "identity.mov", "monkey.jpg", "environment.mp4"])
    func filmsAreNone(_ path: String) {
        #expect(SecretFiles.objection(to: path.split(separator: "/")) == nil)
    }

    @Test func keysOfACommandLine() {
        let text = """
            # mine
            [__internal__]
            profile = "work"
            [default]
            key = "a:b"
            [work]
            key='c:d' # the other
            team = "x"
            """
        #expect(CommandLineKey.key(in: text, profile: nil) == "c:d")
        #expect(CommandLineKey.key(in: text, profile: "default") == "a:b")
        #expect(CommandLineKey.key(in: text, profile: "none") == nil)
        #expect(CommandLineKey.key(in: "[default]\nkey =", profile: nil) == nil)
        #expect(CommandLineKey.key(in: "", profile: nil) == nil)
    }
}
