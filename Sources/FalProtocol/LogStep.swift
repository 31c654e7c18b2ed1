/// The step that a tqdm line tells: ` 42%|████▏     | 10/24 [00:02<00:03,  4.10it/s]`.
public struct LogStep: Sendable, Hashable {
    public let done: Int
    public let total: Int

    public init?(_ line: String) {
        guard let bar = line.lastIndex(of: "|"), line.has("%|") else { return nil }
        let rest = line[line.index(after: bar)...].drop { $0 == " " }.prefix { $0 != " " }
        let parts = rest.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, parts[1] > 0, parts[0] >= 0 else { return nil }
        (done, total) = (parts[0], parts[1])
    }
}
