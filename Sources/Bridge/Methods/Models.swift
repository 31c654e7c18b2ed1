import FalProtocol
import JSON
import JSONRPC
import Models
import Platform

/// `models`, `schema` and `validate`: what is known of the models, without asking anybody.
extension Bridge {
    func models(_ call: Call) throws(RPCError) -> JSON {
        let words = (call.params["query"]?.stringValue ?? "").lowercased().split(separator: " ")
        var found: [JSON] = []
        for id in catalog.endpoints {
            let model: Model
            do {
                guard let known = try catalog.model(id) else { continue }
                model = known
            } catch {
                // A folder's broken file must not hide the others.
                Log.warning("a model is left out: \(error)")
                continue
            }
            let text = "\(id) \(model.title) \(model.description)".lowercased()
            guard words.allSatisfy({ text.has(String($0)) }) else { continue }
            var entry: JSONObject = [
                "endpoint": .string(id), "title": .string(model.title), "description": .string(model.description),
            ]
            if !model.related.isEmpty { entry["related"] = .array(model.related.map(JSON.string)) }
            found.append(.object(entry))
        }
        return ["models": .array(found)]
    }

    func schema(_ call: Call) throws(RPCError) -> JSON {
        let endpoint = try endpoint(call.params)
        guard let model = try model(endpoint) else { throw unknown(endpoint) }
        return ["endpoint": .string(endpoint.description), "input": model.input, "output": model.output]
    }

    func validate(_ call: Call) throws(RPCError) -> JSON {
        let endpoint = try endpoint(call.params)
        guard let model = try model(endpoint) else { throw unknown(endpoint) }
        let input = call.params["input"] ?? [:]
        let faults = model.faults(in: input)
        return [
            "valid": .bool(faults.isEmpty), "errors": .array(faults.map(\.json)),
            "input": model.inputSchema.fillingDefaults(in: input),
        ]
    }

    private func unknown(_ endpoint: EndpointID) -> RPCError {
        .notFound("no schema for \(endpoint)").about(nil, endpoint.description)
    }
}
