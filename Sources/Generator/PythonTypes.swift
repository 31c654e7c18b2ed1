import JSON

/// The Python module of the models' types: a `TypedDict` an object, and overloads by endpoint.
///
/// The overloads are Protocols, since what a client's methods do is written by hand elsewhere: a decorator gives a
/// method the type of its Protocol, and does nothing when the program runs.
struct PythonTypes {
    private let table: TypeTable

    init(_ table: TypeTable) { self.table = table }

    private static let keywords: Set<String> = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ]

    var text: String {
        var lines = Lines()
        lines.add("\"\"\"What the models take and give, and the types of calls by endpoint.")
        lines.add()
        lines.add("Generated from schemas/ by `fal-bridge generate python`. Do not edit.")
        lines.add("With models of your own: fal-bridge generate python --schemas DIR -o .../falbridge/endpoints.py")
        lines.add("\"\"\"")
        lines.add()
        lines.add(Self.head)
        for record in table.records { add(record, to: &lines) }
        lines.add()
        lines.add()
        lines.add("if TYPE_CHECKING:")
        for (index, call) in Self.calls.enumerated() {
            if index > 0 { lines.add() }
            add(call, to: &lines)
        }
        for call in Self.calls {
            lines.add()
            lines.add("def \(call.decorator)(body: Callable[..., Any]) -> \(call.name): ...", 1)
        }
        lines.add("else:")
        lines.add("def _same(body):", 1)
        lines.add("return body", 2)
        lines.add()
        lines.add(Self.calls.map(\.decorator).joined(separator: " = ") + " = _same", 1)
        return lines.text
    }

    private static let head = [
        "from __future__ import annotations", "",
        "import os",
        "from collections.abc import Callable, Coroutine, Mapping",
        "from typing import TYPE_CHECKING, Any, Literal, NewType, Protocol, TypedDict, Union, overload", "",
        "if TYPE_CHECKING:",
        "    # Known to every type checker; nothing of it is needed when the program runs.",
        "    from typing_extensions import NotRequired, Unpack", "",
        "    from .async_client import AsyncRequestHandle",
        "    from .options import AsyncSubscribeOptions, RunOptions, SubmitOptions, SubscribeOptions",
        "    from .sync_client import SyncRequestHandle", "",
        "# An endpoint that is not among those below: type checkers let its input be anything.",
        "Endpoint = NewType(\"Endpoint\", str)", "", "",
        "class Readable(Protocol):",
        "    \"\"\"An open file.\"\"\"", "",
        "    def read(self, size: int = ..., /) -> bytes | str: ...", "", "",
        "class Picture(Protocol):",
        "    \"\"\"A Pillow image.\"\"\"", "",
        "    def tobytes(self) -> bytes: ...",
        "    def save(self, fp: Any, format: str | None = ...) -> None: ...", "", "",
        "# A file of an input: a URL, a data URI or a path as text, a path object, an open file, bytes, a picture.",
        "AnyFile = Union[str, bytes, bytearray, memoryview, \"os.PathLike[str]\", Readable, Picture]",
    ]

    // MARK: Types

    private func add(_ record: Record, to lines: inout Lines) {
        lines.add()
        lines.add()
        guard record.fields.allSatisfy({ Names.isIdentifier($0.name) && !Self.keywords.contains($0.name) }) else {
            return addByCall(record, to: &lines)
        }
        lines.add("class \(record.name)(TypedDict):")
        if !record.doc.isEmpty {
            addDoc(record.doc, to: &lines)
            lines.add()
        }
        for field in record.fields {
            lines.add("\(field.name): \(type(of: field))", 1)
            if !field.doc.isEmpty { addDoc(field.doc, to: &lines) }
        }
    }

    /// The form for members whose names are no names in Python.
    private func addByCall(_ record: Record, to lines: inout Lines) {
        lines.add("\(record.name) = TypedDict(\"\(record.name)\", {")
        for field in record.fields {
            for line in Lines.wrapped(field.doc, 110) { lines.add("# \(line)", 1) }
            lines.add("\(Self.quoted(field.name)): \(Self.quoted(type(of: field))),", 1)
        }
        lines.add("})")
    }

    private func addDoc(_ doc: String, to lines: inout Lines) {
        // What would end the text, or mean something in it, is defused.
        var safe = ""
        for character in doc {
            if character == "\\" || character == "\"" { safe += "\\" }
            safe.append(character)
        }
        let wrapped = Lines.wrapped(safe, 105)
        for (index, line) in wrapped.enumerated() {
            let start = index == 0 ? "\"\"\"" : ""
            let end = index == wrapped.count - 1 ? "\"\"\"" : ""
            lines.add(start + line + end, 1)
        }
    }

    private func type(of field: Field) -> String {
        let type = field.isFile ? withFiles(field.shape) : type(field.shape)
        return field.isRequired ? type : "NotRequired[\(type)]"
    }

    private func withFiles(_ shape: Shape) -> String {
        switch shape {
        case .string: "AnyFile"
        // A list may hold nothing wider than it says, so that of plain texts is named too.
        case .array(.string): "list[str] | list[AnyFile]"
        case .union(let parts): parts.map(withFiles).joined(separator: " | ")
        default: type(shape)
        }
    }

    private func type(_ shape: Shape) -> String {
        switch shape {
        case .any: "Any"
        case .null: "None"
        case .bool: "bool"
        case .int: "int"
        case .number: "float"
        case .string: "str"
        case .literals(let values): literal(values)
        case .array(let element): "list[\(type(element))]"
        case .map(let value): "dict[str, \(type(value))]"
        case .record(let name): name
        case .union(let parts): parts.map(type).joined(separator: " | ")
        }
    }

    /// Floats and objects cannot stand in a `Literal`.
    private func literal(_ values: [JSON]) -> String {
        var words: [String] = []
        for value in values {
            switch value {
            case .string(let text): words.append(Self.quoted(text))
            case .int: words.append(value.text)
            case .bool(let flag): words.append(flag ? "True" : "False")
            case .decimal: return "float"
            default: return "Any"
            }
        }
        return "Literal[\(words.joined(separator: ", "))]"
    }

    /// JSON's form of a text is one of Python's too.
    private static func quoted(_ text: String) -> String { JSON.string(text).text }

    // MARK: Calls

    private struct CallType {
        let name: String
        let decorator: String
        let options: String
        let isAsync: Bool
        /// What every endpoint's call gives; nil for the model's output.
        let result: String?

        func wrapped(_ type: String) -> String { isAsync ? "Coroutine[Any, Any, \(type)]" : type }
    }

    private static let calls = [
        CallType(name: "Subscribe", decorator: "subscribe", options: "SubscribeOptions", isAsync: false, result: nil),
        CallType(name: "Run", decorator: "run", options: "RunOptions", isAsync: false, result: nil),
        CallType(
            name: "Submit", decorator: "submit", options: "SubmitOptions", isAsync: false, result: "SyncRequestHandle"
        ),
        CallType(
            name: "AsyncSubscribe", decorator: "subscribe_async", options: "AsyncSubscribeOptions", isAsync: true,
            result: nil
        ),
        CallType(name: "AsyncRun", decorator: "run_async", options: "RunOptions", isAsync: true, result: nil),
        CallType(
            name: "AsyncSubmit", decorator: "submit_async", options: "SubmitOptions", isAsync: true,
            result: "AsyncRequestHandle"
        ),
    ]

    private func add(_ call: CallType, to lines: inout Lines) {
        lines.add("class \(call.name)(Protocol):", 1)
        func overload(_ application: String, _ arguments: String, _ result: String) {
            lines.add("@overload", 2)
            lines.add("def __call__(", 2)
            lines.add("self, application: \(application),", 3)
            lines.add("arguments: \(arguments), **options: Unpack[\(call.options)],", 3)
            lines.add(") -> \(call.wrapped(call.result ?? result)): ...", 2)
        }
        for model in table.models {
            overload("Literal[\(Self.quoted(model.endpoint))]", type(model.input), type(model.output))
        }
        overload("Endpoint", "Mapping[str, Any]", "Any")
        if table.models.isEmpty { overload("Endpoint", "dict[str, Any]", "Any") }
    }
}
