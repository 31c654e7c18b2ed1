import JSON

/// What a run of a model costs, as its document says: `x-price`, `x-price-usd`, `x-price-per`.
public struct ModelPrice: Sendable, Hashable {
    /// For people: `$0.05 per second`.
    public let text: String
    /// Of one unit, in US dollars, where there is one price.
    public let dollars: Double?
    /// The unit: `compute second`.
    public let unit: String?

    init?(_ document: JSON) {
        let dollars = document["x-price-usd"]?.doubleValue
        let unit = document["x-price-per"]?.stringValue
        let said = document["x-price"]?.stringValue ?? dollars.map { "$\(JSON.number($0).text) per \(unit ?? "run")" }
        guard let said else { return nil }
        text = said
        self.dollars = dollars
        self.unit = unit
    }
}
