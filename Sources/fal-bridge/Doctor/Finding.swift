import JSON

/// One thing that was looked at, and what is to be done about it.
struct Finding: Sendable {
    enum Mark: String, Sendable {
        case ok
        /// Worth knowing; nothing is wrong.
        case note
        /// Something will not work, or not well; what is asked of this machine does.
        case warning
        /// What is needed is missing.
        case fault
    }

    let section: Section
    let name: String
    let mark: Mark
    let words: String
    /// What to do.
    let todo: String?
    /// For programs.
    let more: JSONObject

    enum Section: String, Sendable, CaseIterable {
        case program
        case key
        case hosts
        case state
        case local
        case wire

        var title: String {
            switch self {
            case .program: "Program"
            case .key: "Key and backend"
            case .hosts: "Hosts, TLS, proxies"
            case .state: "State"
            case .local: "Jobs on this machine"
            case .wire: "Wire"
            }
        }
    }

    init(
        _ section: Section, _ name: String, _ mark: Mark, _ words: String, todo: String? = nil, more: JSONObject = [:]
    ) {
        self.section = section
        self.name = name
        self.mark = mark
        self.words = words
        self.todo = todo
        self.more = more
    }

    var json: JSON {
        var object: JSONObject = [
            "section": .string(section.rawValue), "name": .string(name), "mark": .string(mark.rawValue),
            "message": .string(words),
        ]
        object["todo"] = todo.map(JSON.string)
        for member in more { object[member.key] = member.value }
        return .object(object)
    }
}
