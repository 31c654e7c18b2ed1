import CJansson

extension JSON {
    /// How deep a document may be nested unless a caller says otherwise; the contract's limit.
    public static let defaultMaxDepth = 512
    /// Bytes that a document may take unless a caller says otherwise.
    public static let defaultMaxMemory = 1 << 30

    /// Reads one JSON document.
    ///
    /// - Parameters:
    ///   - bytes: the document, UTF-8, without a byte order mark; blanks around it are allowed.
    ///   - maxDepth: how many brackets may be open at once, 1 to 2,048 (jansson's own limit).
    ///   - maxMemory: bytes that it may take at the most while it is read, as reckoned from its text: a value of two
    ///     bytes, such as `1,` or `{}`, takes from 60 to 300.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer,
        maxDepth: Int = defaultMaxDepth,
        maxMemory: Int = defaultMaxMemory
    ) throws(JSONParseError) -> JSON {
        let scan = NumberScan(bytes, maxDepth: maxDepth, maxMemory: maxMemory)
        if let byte = scan.tooDeepAt {
            throw JSONParseError(.tooDeep(limit: maxDepth), byte: byte, of: bytes)
        }
        if let byte = scan.tooMuchAt { throw JSONParseError(.tooMuch(limit: maxMemory), byte: byte, of: bytes) }
        if let byte = scan.nulAt ?? scan.tooLongAt {
            throw JSONParseError(.syntax("invalid token"), byte: byte, of: bytes)
        }
        let result = JanssonMemory.withReserve(forToken: scan.longestToken) { () -> Result<JSON, JSONParseError> in
            Result { () throws(JSONParseError) in try read(bytes, scan) }
        }
        guard let result else { throw JSONParseError(.outOfMemory, byte: 0, of: bytes) }
        return try result.get()
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, _ scan: NumberScan) throws(JSONParseError) -> JSON {
        var problem = json_error_t()
        let failures = JanssonMemory.failures
        let root: UnsafeMutablePointer<json_t>?
        if scan.aside.isEmpty {
            root = load(bytes, &problem)
        } else {
            root = scan.rewrite(bytes).withUnsafeBytes { load($0, &problem) }
        }
        // Without memory jansson may say that the document is wrong, or leave out a part of a string.
        if JanssonMemory.failures != failures {
            if let root { json_decref(root) }
            throw JSONParseError(.outOfMemory, byte: 0, of: bytes)
        }
        guard let root else {
            throw JSONParseError(
                .syntax(text(of: problem)),
                byte: scan.original(of: max(0, Int(problem.position))),
                of: bytes
            )
        }
        defer { json_decref(root) }
        return JSON(root, JSONNumbers(scan: scan, bytes: bytes))
    }

    public static func parse(_ bytes: [UInt8], maxDepth: Int = defaultMaxDepth) throws(JSONParseError) -> JSON {
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONParseError) in try parse(buffer, maxDepth: maxDepth) }
        }.get()
    }

    public static func parse(_ text: String, maxDepth: Int = defaultMaxDepth) throws(JSONParseError) -> JSON {
        try parse(Array(text.utf8), maxDepth: maxDepth)
    }

    private static func load(
        _ bytes: UnsafeRawBufferPointer,
        _ problem: inout json_error_t
    ) -> UnsafeMutablePointer<json_t>? {
        // A null pointer is an error of its own to jansson, with no place in it; an empty document is not.
        guard let base = bytes.baseAddress, bytes.count > 0 else { return json_loads("", 0, &problem) }
        let flags = Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)
        return json_loadb(base.assumingMemoryBound(to: CChar.self), bytes.count, flags, &problem)
    }

    private static func text(of problem: json_error_t) -> String {
        withUnsafeBytes(of: problem.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// The numbers that were put aside, by their reference.
private struct JSONNumbers {
    let scan: NumberScan
    let bytes: UnsafeRawBufferPointer

    func value(_ read: Int64) -> JSON {
        guard read >= NumberScan.firstReference else { return .int(read) }
        let number = scan.aside[Int(read - NumberScan.firstReference)]
        let text = String(decoding: bytes[number.start..<(number.start + number.length)], as: UTF8.self)
        // An integer of 19 digits may still fit; "-0" may not become 0.
        if text != "-0", let integer = Int64(text) { return .int(integer) }
        return .decimal(text)
    }
}

extension JSON {
    /// Copies a tree of jansson's. Its depth was limited before it was read.
    fileprivate init(_ node: UnsafeMutablePointer<json_t>, _ numbers: JSONNumbers) {
        switch node.pointee.type {
        case JSON_TRUE: self = .bool(true)
        case JSON_FALSE: self = .bool(false)
        case JSON_INTEGER: self = numbers.value(Int64(json_integer_value(node)))
        case JSON_STRING:
            let text = UnsafeRawBufferPointer(start: json_string_value(node), count: json_string_length(node))
            self = .string(String(decoding: text, as: UTF8.self))
        case JSON_ARRAY:
            let count = json_array_size(node)
            var elements: [JSON] = []
            elements.reserveCapacity(count)
            for index in 0..<count { elements.append(JSON(json_array_get(node, index), numbers)) }
            self = .array(elements)
        case JSON_OBJECT:
            var object = JSONObject()
            object.reserveCapacity(json_object_size(node))
            var iterator = json_object_iter(node)
            while let current = iterator {
                let key = String(cString: json_object_iter_key(current))
                object.appendNew(key, JSON(json_object_iter_value(current), numbers))
                iterator = json_object_iter_next(node, current)
            }
            self = .object(object)
        default: self = .null
        }
    }
}

extension JSONParseError {
    init(_ cause: Cause, byte: Int, of bytes: UnsafeRawBufferPointer) {
        let end = min(byte, bytes.count)
        let place = JSONPlace(byte: end, of: bytes)
        self.init(cause: cause, line: place.line, column: place.column, byte: end)
    }
}
