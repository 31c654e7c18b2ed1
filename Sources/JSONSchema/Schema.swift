import JSON

/// A compiled JSON Schema of draft 2020-12.
public struct Schema: Sendable {
    let program: SchemaProgram

    /// Compiles the schema that stands at `pointer` in `document`; references reach the whole document, the draft's
    /// metaschemas, and what `options` name.
    /// - Throws: what is wrong with the schema, or which of its references leads nowhere.
    public init(
        _ document: JSON, at pointer: String = "", options: SchemaOptions = SchemaOptions()
    ) throws(SchemaError) {
        var compiler = try SchemaCompiler(document, options: options)
        program = try compiler.compile(at: pointer)
    }

    /// Whether `value` fits the schema. False, too, when checking it takes too many steps.
    public func accepts(_ value: JSON) -> Bool {
        var checker = SchemaChecker(program, isCollecting: false)
        return checker.run(value)
    }

    /// Every way in which `value` breaks the schema, in the order of the schema's keywords; empty when it fits. A value
    /// that takes too many steps has the one fault `tooComplex`.
    public func faults(in value: JSON) -> [SchemaFault] {
        // Most values fit, and that is said without keeping track of places.
        if accepts(value) { return [] }
        var checker = SchemaChecker(program, isCollecting: true)
        _ = checker.run(value)
        if checker.isExhausted { return [SchemaFault(path: [], cause: .tooComplex, value: .null)] }
        return checker.found
    }

    /// `value` with the defaults of the schema's members where it has none, to any depth that a schema's own references
    /// do not make endless.
    public func fillingDefaults(in value: JSON) -> JSON {
        var filler = DefaultFiller(program)
        return filler.fill(value)
    }
}
