import JSON

/// What can be generated, and the files that it makes.
public enum Target: String, CaseIterable, Sendable {
    case openrpc
    case python
    case typescript
    case swift
    case tools
    case reference
    case completions

    /// A file: its name where a folder is given, and which of several it is.
    public struct File: Sendable {
        public let name: String
        /// The word that picks it out of several; nil where there is one.
        public let variant: String?
        public let text: String
    }

    /// The words that pick out one file of several.
    public var variants: [String] {
        switch self {
        case .tools: Tools.Form.allCases.map(\.rawValue)
        case .completions: Completions.Shell.allCases.map(\.rawValue)
        default: []
        }
    }

    /// - Parameter defaultEndpoint: the model of a command that names none.
    public func files(_ subject: Subject, _ table: CommandTable, defaultEndpoint: String) -> [File] {
        switch self {
        case .openrpc: [one("openrpc.json", OpenRPC(subject).document.prettyText + "\n")]
        case .python: [one("endpoints.py", PythonTypes(TypeTable(subject.models)).text)]
        case .typescript: [one("models.d.ts", TypeScriptTypes(TypeTable(subject.models)).text)]
        case .swift: [one("Models.swift", SwiftTypes(TypeTable(subject.models)).text)]
        case .tools:
            Tools.Form.allCases.map { form in
                File(
                    name: "\(form.rawValue).json", variant: form.rawValue,
                    text: Tools(subject).document(form).prettyText + "\n"
                )
            }
        case .reference: [one("reference.md", Reference(subject, table).text)]
        case .completions:
            Completions.Shell.allCases.map { shell in
                File(
                    name: "fal-bridge.\(shell.rawValue)", variant: shell.rawValue,
                    text: Completions(table, subject, defaultEndpoint: defaultEndpoint).script(shell)
                )
            }
        }
    }

    private func one(_ name: String, _ text: String) -> File { File(name: name, variant: nil, text: text) }
}
