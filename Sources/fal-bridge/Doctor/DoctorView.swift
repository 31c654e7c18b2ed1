import Platform

/// Findings for a person: 80 columns, a mark before each, what to do below it.
struct DoctorView {
    private let isColoured: Bool

    private static let width = 80
    /// Where names and words begin.
    private static let nameColumn = 4
    private static let wordColumn = 20

    /// - Parameter isTerminal: whether it may be coloured, unless `NO_COLOR` is set.
    init(isTerminal: Bool) {
        isColoured = isTerminal && Environment.get("NO_COLOR") == nil && Environment.get("TERM") != "dumb"
    }

    func text(_ findings: [Finding]) -> String {
        var text = ""
        for section in Finding.Section.allCases {
            let part = findings.filter { $0.section == section }
            if part.isEmpty { continue }
            text += "\n" + painted(section.title, "1") + "\n"
            for finding in part { text += self.text(finding) }
        }
        return text
    }

    func text(_ finding: Finding) -> String {
        let name = finding.name + Self.blanks(Self.wordColumn - Self.nameColumn - finding.name.count)
        var lines = Self.wrapped(finding.words, Self.width - Self.wordColumn)
        var text = "  \(mark(finding.mark)) \(name)\(lines.removeFirst())\n"
        for line in lines { text += Self.blanks(Self.wordColumn) + line + "\n" }
        if let todo = finding.todo {
            for (index, line) in Self.wrapped(todo, Self.width - Self.wordColumn - 2).enumerated() {
                let arrow = index == 0 ? painted("→ ", "36") : "  "
                text += Self.blanks(Self.wordColumn) + arrow + line + "\n"
            }
        }
        return text
    }

    func title(_ text: String) -> String { painted(text, "1") }

    private func mark(_ mark: Finding.Mark) -> String {
        switch mark {
        case .ok: painted("✓", "32")
        case .note: painted("·", "2")
        case .warning: painted("!", "33")
        case .fault: painted("✗", "31")
        }
    }

    private func painted(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(1, count)) }

    /// Lines of at most `width` characters, cut between words; a word that is longer stands alone and whole, so that it
    /// can be copied.
    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }
}
