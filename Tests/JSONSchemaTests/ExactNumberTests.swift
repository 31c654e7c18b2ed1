import JSON
import JSONSchema
import Testing

/// Numbers count as they were written, not as doubles hold them.
@Suite struct ExactNumberTests {
    static let cases: [(schema: String, value: String, fits: Bool)] = [
        (#"{"const":9007199254740993}"#, "9007199254740992", false),
        (#"{"const":9007199254740993}"#, "9007199254740993.0", true),
        (#"{"const":18446744073709551616}"#, "18446744073709551617", false),
        (#"{"const":18446744073709551616}"#, "18446744073709551616.00", true),
        (#"{"enum":[0]}"#, "-0.0", true), (#"{"const":1e400}"#, "10e399", true), (#"{"const":1e400}"#, "1e401", false),
        (#"{"minimum":0.1}"#, "0.10000000000000000000000000000001", true),
        (#"{"exclusiveMinimum":0.1}"#, "0.1000", false), (#"{"maximum":-1e400}"#, "-1e399", false),
        (#"{"maximum":-1e400}"#, "-1e401", true), (#"{"minimum":18446744073709551615}"#, "18446744073709551614", false),
        (#"{"maximum":99999999999999999999}"#, "1e20", false), (#"{"maximum":1e20}"#, "99999999999999999999", true),
        (#"{"multipleOf":0.01}"#, "19.99", true), (#"{"multipleOf":0.01}"#, "19.995", false),
        (#"{"multipleOf":0.5}"#, "1e308", true), (#"{"multipleOf":0.123456789}"#, "1e308", false),
        (#"{"multipleOf":3}"#, "111111111111111111111111111111", true),
        (#"{"multipleOf":3}"#, "111111111111111111111111111112", false),
        (#"{"multipleOf":12345678901234567890123}"#, "37037036703703703670369", true),
        (#"{"multipleOf":12345678901234567890123}"#, "37037036703703703670368", false),
        (#"{"multipleOf":18446744073709551615}"#, "36893488147419103230", true),
        (#"{"multipleOf":1e-7}"#, "0.00000012", false), (#"{"multipleOf":7}"#, "0", true),
        (#"{"multipleOf":5e-324}"#, "1e999999999999999999999", true),
        (#"{"type":"integer"}"#, "1e-1", false), (#"{"type":"integer"}"#, "120e-1", true),
        (#"{"uniqueItems":true}"#, "[9007199254740992,9007199254740993]", true),
        (#"{"uniqueItems":true}"#, "[1,2,3,4,5,6,7,8,9,10,11,1.10e1]", false),
    ]

    @Test(arguments: cases) func verdict(schema: String, value: String, fits: Bool) throws {
        let schema = try Schema(JSON.parse(schema))
        #expect(try schema.accepts(JSON.parse(value)) == fits)
        #expect(try schema.faults(in: JSON.parse(value)).isEmpty == fits)
    }
}
