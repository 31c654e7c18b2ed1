import JSONSchema
import Testing

@Suite struct SpellingTests {
    @Test(arguments: [
        ("promt", "prompt"), ("PROMPT", "prompt"), ("num_inference_step", "num_inference_steps"), ("fp", "fps"),
        ("überholung", "Überholen"), ("stepz", nil), ("x", nil), ("", nil),
        (String(repeating: "p", count: 100), nil),
    ] as [(String, String?)])
    func nearest(word: String, expected: String?) {
        let names = ["prompt", "negative_prompt", "num_inference_steps", "fps", "seed", "Überholen"]
        #expect(Spelling.nearest(to: word, among: names) == expected)
    }

    @Test func theFirstByNameOfThoseEquallyNear() {
        #expect(Spelling.nearest(to: "cat", among: ["bat", "hat", "at"]) == "at")
        #expect(Spelling.nearest(to: "cast", among: ["last", "bast", "fast"]) == "bast")
    }
}
