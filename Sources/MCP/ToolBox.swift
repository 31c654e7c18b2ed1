import FalProtocol
import JSON
import JSONSchema
import Models
import Platform
import Synchronization

/// The tools that are offered, in the order in which they are listed: a tool a model, then the general ones.
///
/// Made when they are first asked for, so that a start pays for none of them.
final class ToolBox: Sendable {
    private let catalog: Catalog
    /// The endpoint whose tool is the first.
    private let favourite: String
    private let selection: ToolSelection
    private let made = Mutex<[Tool]?>(nil)
    /// The schemas of arguments, compiled by the first call.
    private let checks = Mutex<[String: Schema]>([:])

    init(_ catalog: Catalog, favourite: String, _ selection: ToolSelection) {
        self.catalog = catalog
        self.favourite = favourite
        self.selection = selection
    }

    var tools: [Tool] {
        made.withLock { made in
            if let made { return made }
            let tools = all.filter(selection.selects)
            made = tools
            return tools
        }
    }

    func tool(_ name: String) -> Tool? { tools.first { $0.name == name } }

    /// How the arguments break the tool's schema.
    func faults(in arguments: JSON, of tool: Tool) -> [SchemaFault] {
        let known = checks.withLock { $0[tool.name] }
        guard let schema = known ?? (try? Schema(tool.input)) else { return [] }
        if known == nil { checks.withLock { $0[tool.name] = schema } }
        return schema.faults(in: arguments)
    }

    /// A tool that is named by the journal, be it offered now or not.
    func anyTool(_ name: String) -> Tool? { all.first { $0.name == name } }

    /// Words of the selection that select nothing.
    var unknownWords: [String] { selection.unknown(all) }

    private var all: [Tool] {
        let general = (try? GeneralTools().all) ?? []
        var models: [Model] = []
        let ids = catalog.endpointsBundledFirst
        // What most want comes first.
        for id in ids.filter({ $0 == favourite }) + ids.filter({ $0 != favourite }) {
            do { if let model = try catalog.model(id) { models.append(model) } } catch {
                Log.warning("a model is left out: \(error)")
            }
        }
        return ModelTools.all(models, taken: Set(general.map(\.name))) + general
    }
}
