import JSON
import Platform

extension Redaction {
    /// One pass over some bytes, which finds what is secret by the name that it bears or by its look.
    struct Scan {
        let names: SecretNames
        /// Methods whose params are secrets, with the members that are none.
        let guarded: [String: Set<String>]
        /// Where known secrets stand in a text.
        let known: (UnsafeRawBufferPointer) -> [Range<Int>]
        let bytes: UnsafeRawBufferPointer
        /// Whether what only might be a secret is taken for one: in what is no message.
        var isFree: Bool
        private(set) var found: [Range<Int>] = []
        /// Of guarded methods.
        private(set) var secrets: [[UInt8]] = []

        init(
            names: SecretNames, guarded: [String: Set<String>],
            known: @escaping (UnsafeRawBufferPointer) -> [Range<Int>], bytes: UnsafeRawBufferPointer, isFree: Bool
        ) {
            self.names = names
            self.guarded = guarded
            self.known = known
            self.bytes = bytes
            self.isFree = isFree
        }

        /// What is to be thought of a value.
        private enum Mode: UInt8 {
            case plain
            case secret
            /// An object of headers, whose members' names decide.
            case headers
            /// The params of a guarded method.
            case guarded
        }

        // MARK: The text as JSON, as far as it goes

        /// Reads `range` as JSON, whole or broken: only strings, brackets, colons and commas count.
        mutating func read(_ range: Range<Int>) {
            let message = UnsafeRawBufferPointer(rebasing: bytes[range])
            let guarded = guarded.filter { !message.ranges(of: Array("\"\($0.key)\"".utf8)).isEmpty }
            let allowed = guarded.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            var open: [Mode] = []
            /// Of the value that comes next, by the name before it.
            var next: Mode?
            var index = range.lowerBound
            while index < range.upperBound {
                let mode = next ?? open.last ?? .plain
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    let end = endOfString(from: index + 1, to: range.upperBound)
                    let content = (index + 1)..<end
                    index = min(end + 1, range.upperBound)
                    let after = firstNonBlank(from: index, to: range.upperBound)
                    if after == UInt8(ascii: ":") {
                        next = modeOfMember(content, in: open.last ?? .plain, !guarded.isEmpty, allowed)
                        inspect(content)
                    } else {
                        take(content, mode)
                        // Broken: a name, and its value without a colon.
                        let isCut = after != nil && !",]}".utf8.contains(after ?? 0)
                        next = isCut && names.isSecret(bytes[content]) ? .secret : nil
                    }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    open.append(mode)
                    next = nil
                    index += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    _ = open.popLast()
                    next = nil
                    index += 1
                case UInt8(ascii: ","):
                    next = nil
                    index += 1
                case UInt8(ascii: ":"), 0...0x20: index += 1
                default:
                    var end = index + 1
                    while end < range.upperBound, !Self.endsToken(bytes[end]) { end += 1 }
                    // A number, true, false or null is no secret, and would be none of JSON's any more.
                    if mode != .plain, !isLiteral(index..<end) { mask(index..<end) }
                    index = end
                    next = nil
                }
            }
        }

        private func modeOfMember(
            _ name: Range<Int>, in container: Mode, _ isGuarded: Bool, _ allowed: Set<String>
        ) -> Mode {
            // A name spelt with escapes is read as it is meant.
            let bytes = bytes[name].contains(UInt8(ascii: "\\")) ? Array(text(name).utf8) : Array(self.bytes[name])
            if names.isSecret(bytes) { return .secret }
            switch container {
            case .secret: return .secret
            case .headers: return names.isShownHeader(bytes) ? .plain : .secret
            case .guarded: return allowed.contains(String(decoding: bytes, as: UTF8.self)) ? .plain : .secret
            case .plain:
                if isGuarded, bytes.elementsEqual("params".utf8) { return .guarded }
                return bytes.elementsEqual("headers".utf8) || bytes.elementsEqual("Headers".utf8) ? .headers : .plain
            }
        }

        private mutating func take(_ content: Range<Int>, _ mode: Mode) {
            guard mode != .plain else { return inspect(content) }
            mask(content)
            if mode != .headers { secrets.append(Array(text(content).utf8)) }
        }

        // MARK: Text

        /// Looks for what is secret in a text by its look.
        mutating func inspect(_ range: Range<Int>) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[range])
            // Spelt with escapes a secret is not found by its bytes.
            if part.contains(UInt8(ascii: "\\")) {
                let plain = Array(text(range).utf8)
                if plain.withUnsafeBytes({ !known($0).isEmpty }) { return mask(range) }
            }
            var index = range.lowerBound
            while index < range.upperBound {
                switch bytes[index] {
                case UInt8(ascii: ":"): inspectColon(at: index, in: range)
                case UInt8(ascii: "="): inspectName(before: index, in: range)
                case UInt8(ascii: " "): inspectScheme(before: index, in: range)
                default: break
                }
                index += 1
            }
        }

        private mutating func inspectColon(at index: Int, in range: Range<Int>) {
            let rest = bytes[(index + 1)..<range.upperBound]
            if rest.starts(with: "//".utf8) {
                // A name and a password before the host.
                let start = index + 3
                let authority = bytes[start..<range.upperBound].prefix { !"/?#\\\"'<> \t\r\n".utf8.contains($0) }
                if let at = authority.lastIndex(of: UInt8(ascii: "@")) { mask(start..<at) }
                return
            }
            inspectName(before: index, in: range)
            // `id:secret`: fal's keys are a UUID and 32 digits, others look alike.
            let before = wordStart(before: index, from: range.lowerBound)
            var after = index + 1
            var digits = 0
            while after < range.upperBound, Self.isWord(bytes[after]) {
                if bytes[after] >= 0x30, bytes[after] <= 0x39 { digits += 1 }
                after += 1
            }
            let (id, secret) = (index - before, after - index - 1)
            let isKey = isFree ? id >= 4 && secret >= 8 : id == 36 && secret >= 16
            if isKey, digits < secret, !names.isHarmless(bytes[before..<index]) { mask(before..<after) }
        }

        /// `name=value` and `name: value`.
        private mutating func inspectName(before index: Int, in range: Range<Int>) {
            let start = wordStart(before: index, from: range.lowerBound)
            guard start < index, index - start <= 64 else { return }
            let name = bytes[start..<index]
            guard names.isSecret(name) else { return }
            let isColon = bytes[index] == UInt8(ascii: ":")
            var first = index + 1
            // In a sentence a blank follows the colon, and no secret: "credentials: not a string".
            let isHeader = isColon && names.isHeader(name)
            let takesBlank = isFree || !isColon || isHeader
            while takesBlank, first < range.upperBound, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
            var end = first
            // A header's value is its line.
            let isLine = isHeader || isFree && isColon
            func goesOn(_ byte: UInt8) -> Bool {
                isLine ? byte >= 0x20 && !"\"'".utf8.contains(byte) : !Self.endsValue(byte)
            }
            while end < range.upperBound, goesOn(bytes[end]) { end += 1 }
            mask(first..<end)
        }

        /// `Bearer …`, `Basic …` and `Key …`, wherever they stand.
        private mutating func inspectScheme(before index: Int, in range: Range<Int>) {
            let start = wordStart(before: index, from: range.lowerBound)
            guard (3...6).contains(index - start), "BbKk".utf8.contains(bytes[start]) else { return }
            let scheme = text(start..<index)
            guard ["Bearer", "bearer", "Basic", "basic", "Key", "key"].contains(scheme) else { return }
            let end = bytes[(index + 1)..<range.upperBound].firstIndex { !Self.isToken($0) } ?? range.upperBound
            let value = bytes[(index + 1)..<end]
            let isSecret = scheme.lowercased() == "key"
                ? value.count >= 12 && value.contains(UInt8(ascii: ":")) || value.count >= 32 : value.count >= 12
            if isSecret { mask((index + 1)..<end) }
        }

        // MARK: Bytes

        private mutating func mask(_ range: Range<Int>) {
            if !range.isEmpty { found.append(range) }
        }

        private func wordStart(before index: Int, from lower: Int) -> Int {
            var start = index
            while start > lower, index - start < 65, Self.isWord(bytes[start - 1]) { start -= 1 }
            return start
        }

        /// A string's text, its escapes undone; what cannot be read, as it is.
        private func text(_ range: Range<Int>) -> String {
            let raw = bytes[range]
            guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
            let quoted = [UInt8(ascii: "\"")] + raw + [UInt8(ascii: "\"")]
            return (try? JSON.parse(quoted))?.stringValue ?? String(decoding: raw, as: UTF8.self)
        }

        private func endOfString(from start: Int, to upper: Int) -> Int {
            var index = start
            while index < upper, bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            return min(index, upper)
        }

        private func firstNonBlank(from start: Int, to upper: Int) -> UInt8? {
            bytes[start..<upper].first { $0 > 0x20 }
        }

        private func isLiteral(_ range: Range<Int>) -> Bool {
            let text = String(decoding: bytes[range].prefix(40), as: UTF8.self)
            return ["true", "false", "null"].contains(text)
                || text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || "+-.eE".utf8.contains($0) }
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x2D || byte == 0x5F
        }

        /// The characters of RFC 7235's token68, and the colon of fal's keys.
        private static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || "._~+/=:".utf8.contains(byte) }

        private static func endsToken(_ byte: UInt8) -> Bool { byte <= 0x20 || ",]}[{\"".utf8.contains(byte) }

        private static func endsValue(_ byte: UInt8) -> Bool { byte <= 0x20 || "&#\"'<>,;\\".utf8.contains(byte) }
    }
}
