import JSON
import Models
import Platform

/// What a job costs, in words: before it as the price, after it as what came of it.
enum CostNote {
    static func before(_ price: ModelPrice?, isLocal: Bool) -> String? {
        isLocal ? "nothing, it runs on this machine" : price?.text
    }

    static func after(_ price: ModelPrice?, isLocal: Bool, _ metrics: JSON?) -> String? {
        if isLocal { return "nothing, it ran on this machine" }
        guard let price else { return nil }
        guard let dollars = price.dollars, price.unit?.has("second") == true,
            let seconds = metrics?["inference_time"]?.doubleValue, seconds.isFinite, seconds >= 0
        else { return price.text }
        let sum = (dollars * seconds * 10_000).rounded() / 10_000
        return "about $\(JSON.number(sum).text) (\(JSON.number((seconds * 10).rounded() / 10).text) s at \(price.text))"
    }
}
