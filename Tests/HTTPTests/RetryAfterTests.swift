import HTTP
import Platform
import Testing

@Suite struct RetryAfterTests {
    private let now = Timestamp(seconds: 784_111_777)

    @Test(arguments: [
        ("0", 0), ("3", 3), (" 120\t", nil), ("\t7", 7), ("1.25", 1.25), ("007", 7), ("99999999999999999999", 1e20),
        ("nan", nil), ("inf", nil), ("-inf", nil), ("infinity", nil), ("NaN(7)", nil), ("-1", nil), ("-0", nil),
        ("+1", nil), ("1e400", nil), ("1e3", nil), ("0x10", nil), ("1.", nil), (".5", nil), ("1.2.3", nil), ("", nil),
        (" ", nil), ("soon", nil), ("١", nil), (String(repeating: "9", count: 400), nil),
    ] as [(String, Double?)])
    func numbers(value: String, expected: Double?) { #expect(RetryAfter.seconds(value, now: now) == expected) }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60), ("Mon, 06 Nov 1978 08:49:37 GMT", 0),
        ("Sun, 06 Nov 1994 08:50:37 +0100", nil), ("Sun, 6 Nov 94 08:50:37 GMT", 60), ("Sun, 06 Nov 1994", nil),
        ("Sun, 06 Now 1994 08:50:37 GMT", nil), ("Sun, 32 Nov 1994 08:50:37 GMT", nil),
        ("Sun, 06 Nov 1994 25:50:37 GMT", nil), ("Sun, 06 Nov 1994 08:50 GMT", nil), ("Sun, , , , , GMT", nil),
        ("a b c d e", nil), ("Sun, 06 Nov 65535 08:50:37 GMT", nil), ("Sun, 06 Nov 1994 08:50:37 GMT GMT", nil),
    ] as [(String, Double?)])
    func dates(value: String, expected: Double?) { #expect(RetryAfter.seconds(value, now: now) == expected) }
}
