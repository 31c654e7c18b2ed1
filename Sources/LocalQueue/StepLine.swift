/// A progress line as tqdm draws it, which is how models on fal tell their steps.
enum StepLine {
    private static let width = 10
    private static let eighths = Array(" ▏▎▍▌▋▊▉█")

    /// ` 42%|████▏     | 10/24 [00:02<00:03,  4.10it/s]`
    /// - Parameter seconds: since the first step began.
    static func text(done: Int, of total: Int, seconds: Double) -> String {
        let total = max(total, 1)
        let done = min(max(done, 0), total)
        let share = Double(done) / Double(total)
        let filled = Int(share * Double(width * 8))
        var bar = String(repeating: "█", count: filled / 8)
        if filled % 8 > 0 { bar.append(eighths[filled % 8]) }
        bar += String(repeating: " ", count: width - bar.count)
        let percent = String(Int(share * 100))
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let left = rate > 0 ? clock(Double(total - done) / rate) : "?"
        return "\(String(repeating: " ", count: 3 - percent.count))\(percent)%|\(bar)| \(done)/\(total) "
            + "[\(clock(seconds))<\(left), \(rate > 0 ? hundredths(rate) : "?")it/s]"
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return whole < 3_600
            ? "\(two(whole / 60)):\(two(whole % 60))" : "\(whole / 3_600):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    private static func hundredths(_ value: Double) -> String {
        let number = Int((min(value, 1e6) * 100).rounded())
        let rest = number % 100
        return "\(number / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
