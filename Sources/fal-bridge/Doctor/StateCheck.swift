import Bridge
import Glibc
import JSON
import Journal
import Platform
import SQLite

/// Where state is kept: whether it can be, and whether what is there is sound.
struct StateCheck {
    private let settings: Settings

    private static let littleRoom: Int64 = 1 << 30
    private static let noRoom: Int64 = 16 << 20

    init(_ settings: Settings) { self.settings = settings }

    var findings: [Finding] { [folder, journal] + queue }

    private var folder: Finding {
        let path = settings.stateFolder
        var more: JSONObject = ["path": .string(path), "exists": .bool(Files.exists(path))]
        let todo = "make it writable, or name another by --state-dir or FAL_BRIDGE_STATE"
        func fault(_ words: String) -> Finding { Finding(.state, "folder", .fault, words, todo: todo, more: more) }
        // One that is not there is made by the first call that needs it, as long as what is above it lets it.
        var place = path
        while !Files.exists(place), place != "/" { place = Files.parent(of: place) }
        guard (try? Files.status(place))?.isDirectory == true else { return fault("\(place) is no folder") }
        do {
            if place == path {
                let file = Files.join(path, "doctor.\(getpid()).try")
                try Files.write(Array("x".utf8), to: file)
                try Files.remove(file)
            } else if !Files.isWritable(place) {
                return fault("\(path) cannot be made: \(place) is not writable")
            }
            let room = try Files.room(at: place)
            more["room_bytes"] = .int(room)
            let words = "\(path)\(place == path ? "" : " (made when it is needed)"), \(Self.size(room)) free"
            if room < Self.noRoom { return Finding(.state, "folder", .fault, words, todo: "make room", more: more) }
            if room < Self.littleRoom {
                let todo = "make room: videos, and copies of what is uploaded in parts, take some"
                return Finding(.state, "folder", .warning, words, todo: todo, more: more)
            }
            return Finding(.state, "folder", .ok, words, more: more)
        } catch {
            return fault("\(error)")
        }
    }

    private var journal: Finding {
        do {
            let check = try JournalCheck(folder: settings.stateFolder)
            let more: JSONObject = [
                "path": .string(check.path), "exists": .bool(check.exists), "requests": .int(Int64(check.requests)),
                "faults": .array(check.faults.map(JSON.string)),
            ]
            if !check.exists {
                return Finding(.state, "journal", .ok, "none yet: the first submit makes it", more: more)
            }
            guard check.faults.isEmpty else {
                return Finding(
                    .state, "journal", .fault, "\(check.path) is damaged: \(check.faults[0])", todo: Self.aside, more: more
                )
            }
            let count = check.requests == 1 ? "1 request" : "\(check.requests) requests"
            return Finding(.state, "journal", .ok, "sound: \(count), \(Self.size(check.bytes))", more: more)
        } catch {
            return Finding(
                .state, "journal", .fault, error.description, todo: Self.aside,
                more: ["path": .string(error.path), "faults": [.string(error.reason)]]
            )
        }
    }

    /// Of `fal-local`, where it has been here.
    private var queue: [Finding] {
        let path = Files.join(settings.stateFolder, "local/queue.db")
        guard Files.exists(path) else { return [] }
        func finding(_ mark: Finding.Mark, _ words: String, _ todo: String?) -> Finding {
            Finding(.state, "local queue", mark, words, todo: todo, more: ["path": .string(path)])
        }
        do throws(SQLiteError) {
            let faults = try Database(lookingAt: path).faults()
            guard let first = faults.first else {
                return [finding(.ok, "sound: \(Self.size((try? Files.status(path).size) ?? 0))", nil)]
            }
            return [finding(settings.usesLocal ? .fault : .warning, "\(path) is damaged: \(first)", Self.aside)]
        } catch {
            return [finding(settings.usesLocal ? .fault : .warning, "\(path): \(error.message)", Self.aside)]
        }
    }

    private static let aside
        = "move it away, with its -wal and -shm; what it listed is then known only where it was sent"

    private static func size(_ bytes: Int64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (bytes, 0)
        while value >= 10_240, unit < units.count - 1 { (value, unit) = (value >> 10, unit + 1) }
        return "\(value) \(units[unit])"
    }
}
