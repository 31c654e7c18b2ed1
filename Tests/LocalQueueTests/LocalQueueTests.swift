import Testing

@testable import LocalQueue

@Suite struct FramePlanTests {
    @Test(arguments: [
        (640.0, 360.0, 512, 288), (7680, 4320, 512, 288), (360, 640, 288, 512), (320, 180, 320, 176), (64, 48, 64, 48),
        (512, 512, 512, 512), (1000, 10, 512, 0), (8, 8, 8, 8), (513, 512, 512, 504),
    ])
    func sizes(width: Double, height: Double, cutWidth: Int, cutHeight: Int) {
        let plan = FramePlan(width: width, height: height, maxSide: 512)
        guard cutHeight > 0 else { return #expect(plan == nil) }
        #expect(plan?.width == cutWidth)
        #expect(plan?.height == cutHeight)
        // What is cut out of must be large enough, and nothing is enlarged by more than rounding.
        #expect((plan?.scaledWidth ?? 0) >= cutWidth && (plan?.scaledHeight ?? 0) >= cutHeight)
        #expect(Double(plan?.scaledWidth ?? 0) <= width + 1)
    }

    @Test(arguments: [(1.0, 1.0), (7, 100), (0, 0)])
    func tooSmall(width: Double, height: Double) {
        #expect(FramePlan(width: width, height: height, maxSide: 512) == nil)
    }
}

@Suite struct StepLineTests {
    @Test(arguments: [
        (0, 24, 0.0, "  0%|          | 0/24 [00:00<?, ?it/s]"),
        (10, 24, 2.5, " 41%|████▏     | 10/24 [00:02<00:03, 4.00it/s]"),
        (24, 24, 4000.0, "100%|██████████| 24/24 [1:06:40<00:00, 0.01it/s]"),
        (5, 0, 1.0, "100%|██████████| 1/1 [00:01<00:00, 1.00it/s]"),
    ])
    func text(done: Int, of: Int, seconds: Double, line: String) {
        #expect(StepLine.text(done: done, of: of, seconds: seconds) == line)
    }
}
