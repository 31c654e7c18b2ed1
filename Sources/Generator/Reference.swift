import FalProtocol
import JSON
import Models
import Surface

/// The reference page, in Markdown: the command, every method, notification and error, and every model.
public struct Reference {
    private let subject: Subject
    private let table: CommandTable

    public init(_ subject: Subject, _ table: CommandTable) {
        self.subject = subject
        self.table = table
    }

    public var text: String {
        var lines = Lines()
        lines.add([
            "# Reference", "", "Generated from [schemas](../schemas) by `fal-bridge generate reference`. Do not edit.",
            "The same for machines: [schemas/openrpc.json](../schemas/openrpc.json), or a call of `rpc.discover`.", "",
            "[The command](#the-command) · [Methods](#methods) · [Notifications](#notifications) · [Errors](#errors) "
                + "· [Models](#models) · [Tools for agents](#tools-for-agents)",
        ])
        addCommand(to: &lines)
        lines.add(["", "## Methods", "", "Params are by name. What is not marked *required* may be left out."])
        for method in subject.methods { add(method, to: &lines) }
        addNotifications(to: &lines)
        addErrors(to: &lines)
        lines.add(["", "## Models", "", "An input that breaks its model's schema is refused with every fault at once."])
        for model in subject.models { add(model, to: &lines) }
        addTools(to: &lines)
        return lines.text
    }

    // MARK: The command

    private func addCommand(to lines: inout Lines) {
        lines.add(["", "## The command", "", "`\(table.program) [COMMAND] [FLAGS]`", "", "| command | |", "|---|---|"])
        for command in table.commands { lines.add("| `\(command.name)` | \(Self.cell(command.help)) |") }
        lines.add(["", "| flag | of | environment | |", "|---|---|---|---|"])
        for flag in table.flags {
            let name = "`--\(flag.name)" + (flag.value.map { " \(Self.cell($0))" } ?? "") + "`"
                + (flag.short.map { ", `-\($0)`" } ?? "")
            let of = flag.commands.map { "`\($0)`" }.joined(separator: ", ")
            lines.add("| \(name) | \(of) | \(flag.variable.map { "`\($0)`" } ?? "") | \(Self.cell(flag.help)) |")
        }
        lines.add(["", "| exit code | |", "|---|---|"])
        for code in table.exitCodes { lines.add("| \(code.code) | \(Self.cell(code.meaning)) |") }
    }

    // MARK: The surface

    private func add(_ method: MethodDocument, to lines: inout Lines) {
        lines.add(["", "### \(method.name)", "", method.summary])
        add("param", method.params, method.params, to: &lines)
        add("result", method.result, method.result, to: &lines)
        if !method.notifications.isEmpty {
            let links = method.notifications.map { "[`\($0)`](#notifications)" }
            lines.add(["", "While it runs: " + links.joined(separator: ", ") + "."])
        }
        if !method.errors.isEmpty {
            lines.add(["", "Errors: " + method.errors.map { "[`\($0)`](#errors)" }.joined(separator: ", ") + "."])
        }
        for example in method.examples {
            lines.add(["", "For example, \(example.name):", "", "```json"])
            let call: JSON = [
                "jsonrpc": "2.0", "id": 1, "method": .string(method.name), "params": .object(example.params),
            ]
            lines.add(call.text)
            var answer: JSONObject = ["jsonrpc": "2.0", "id": 1]
            if let error = example.error {
                answer["error"] = ["code": error["code"] ?? .null, "data": error["data"] ?? [:]]
            } else {
                answer["result"] = example.result ?? .null
            }
            lines.add(JSON.object(answer).text)
            lines.add("```")
        }
    }

    /// A table of the members of an object's schema; a sentence where it has none.
    private func add(_ what: String, _ schema: JSON, _ root: JSON, to lines: inout Lines) {
        let properties = schema["properties"]?.objectValue ?? [:]
        guard !properties.isEmpty else {
            guard what == "result" else { return }
            let words = schema["description"]?.stringValue ?? SchemaText.type(schema, in: root)
            return lines.add(["", "Result: \(words)\(words.hasSuffix(".") ? "" : ".")"])
        }
        let isGiven = ["param", "input"].contains(what)
        lines.add(["", isGiven ? "| \(what) | type | default | |" : "| \(what) | type | |"])
        lines.add(isGiven ? "|---|---|---|---|" : "|---|---|---|")
        addRows(schema, root, prefix: "", depth: 0, isGiven: isGiven, to: &lines)
    }

    private func addRows(
        _ schema: JSON, _ root: JSON, prefix: String, depth: Int, isGiven: Bool, to lines: inout Lines
    ) {
        let required = schema["required"]?.arrayValue ?? []
        for member in schema["properties"]?.objectValue ?? [:] {
            let path = prefix + member.key
            let isRequired = required.contains(.string(member.key))
            var words = [String]()
            if isGiven, isRequired { words.append("*Required.*") }
            if !isGiven, !isRequired { words.append("*Not always.*") }
            let target = member.value.resolved(in: root)
            var silent = target
            // It has a column of its own.
            silent["default"] = nil
            words.append(SchemaText.sentences(.object(silent)))
            let standard = target["default"].map { $0.isNull ? "" : "`\(Self.cell($0.text))`" } ?? ""
            let column = isGiven ? " \(standard) |" : ""
            let type = SchemaText.type(member.value, in: root)
            lines.add(
                "| `\(path)` | \(Self.cell(type)) |\(column)"
                    + " \(Self.cell(words.filter { !$0.isEmpty }.joined(separator: " "))) |"
            )
            guard depth < 3 else { continue }
            var inner: [(JSON, String)] = [(.object(target), path + ".")]
            if let items = target["items"] { inner = [(.object(items.resolved(in: root)), path + "[].")] }
            for branch in (target["anyOf"] ?? target["oneOf"])?.arrayValue ?? [] {
                inner.append((.object(branch.resolved(in: root)), path + "."))
            }
            for (schema, prefix) in inner where schema["properties"] != nil {
                addRows(schema, root, prefix: prefix, depth: depth + 1, isGiven: isGiven, to: &lines)
            }
        }
    }

    private func addNotifications(to lines: inout Lines) {
        lines.add(["", "## Notifications"])
        for notification in subject.notifications {
            let from = notification.isFromBridge ? "From the bridge." : "To the bridge."
            lines.add(["", "### \(notification.name)", "", "\(from) \(notification.summary)"])
            add("param", notification.params, notification.params, to: &lines)
            let message: JSON = [
                "jsonrpc": "2.0", "method": .string(notification.name), "params": notification.example,
            ]
            lines.add(["", "```json", message.text, "```"])
        }
    }

    private func addErrors(to lines: inout Lines) {
        lines.add([
            "", "## Errors", "", "| code | kind | when | any call |", "|---|---|---|---|",
        ])
        for entry in subject.errors.entries {
            lines.add("| \(entry.code) | `\(entry.kind)` | \(Self.cell(entry.when)) | \(entry.isCommon ? "yes" : "") |")
        }
        lines.add(["", "Every error has `data`:"])
        add("member", subject.errors.data, subject.errors.data, to: &lines)
        lines.add(["", "Further members:", "", "| kind | member | type | |", "|---|---|---|---|"])
        for entry in subject.errors.entries {
            for member in entry.data {
                lines.add(
                    "| `\(entry.kind)` | `\(member.key)` | \(SchemaText.type(member.value, in: [:])) "
                        + "| \(Self.cell(SchemaText.sentences(member.value))) |"
                )
            }
        }
    }

    // MARK: Models

    private func add(_ model: Model, to lines: inout Lines) {
        lines.add(["", "### \(model.endpoint)", "", "\(model.title). \(model.description)"])
        add("input", model.input, model.input, to: &lines)
        add("output", model.output, model.output, to: &lines)
        let name = Names.ofEndpoint(model.endpoint.description)
        let tool = ToolName.whole(model.endpoint.description)
        lines.add(["", "Types: `\(name)Input`, `\(name)Output`. Tool: `\(tool)`."])
    }

    private func addTools(to lines: inout Lines) {
        lines.add([
            "", "## Tools for agents", "",
            "[schemas/tools](../schemas/tools) holds the definitions for function calling, as OpenAI's and Anthropic's "
                + "APIs take them: a tool a model, and methods of the bridge. "
                + "`fal-bridge generate tools openai --schemas DIR` adds the models of a folder. "
                + "A call of a model's tool is `subscribe` with the model's endpoint and the arguments as `input`; "
                + "a call of another tool is the method of that name.",
        ])
    }

    /// Text that may stand in a cell of a table.
    private static func cell(_ text: String) -> String {
        text.map { character in
            if character == "|" { return "\\|" }
            return character.isNewline ? " " : String(character)
        }.joined()
    }
}
