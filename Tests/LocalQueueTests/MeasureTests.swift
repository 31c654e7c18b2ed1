import Testing

@testable import LocalQueue

/// Sizes of frames and ranges of bytes, over all that may come.
struct MeasureTests {
    /// Whatever the size: multiples of 8, within the limit, cut out of a picture that is not enlarged.
    @Test func framesOfAnySize() {
        for width in stride(from: 8.0, through: 3_000, by: 37) {
            for height in stride(from: 8.0, through: 3_000, by: 41) {
                guard let plan = FramePlan(width: width, height: height, maxSide: 512) else { continue }
                #expect(plan.width % 8 == 0 && plan.height % 8 == 0 && max(plan.width, plan.height) <= 512)
                #expect(plan.scaledWidth >= plan.width && plan.scaledHeight >= plan.height)
                #expect(Double(plan.scaledWidth) <= width + 1 && Double(plan.scaledHeight) <= height + 1)
            }
        }
    }

    @Test(arguments: [
        (0.0, false), (90, true), (-90, true), (180, false), (270, true), (89.6, true), (1e300, false),
        (Double.nan, false), (.infinity, false), (-.infinity, false), (1e6, false),
    ])
    func turns(degrees: Double, isTurned: Bool) { #expect(Media.isTurned(degrees) == isTurned) }

    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-9", .part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-7", .part(93..<100)),
            ("bytes=-700", .part(0..<100)), ("bytes=50-1000", .part(50..<100)),
            ("bytes=0-9223372036854775807", .part(0..<100)),
            ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=9-1", .whole),
            ("bytes=1-2,4-5", .whole),
            ("lines=1-2", .whole), ("bytes=a-b", .whole), ("bytes=", .whole), ("bytes=-", .whole),
            ("bytes=1-2-3", .whole),
            ("bytes=99999999999999999999-", .whole),
        ] as [(String?, ByteRange)]
    )
    func ranges(header: String?, wanted: ByteRange) {
        #expect(ByteRange(header, size: 100) == wanted)
    }
}
