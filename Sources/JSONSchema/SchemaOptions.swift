import JSON

/// How a schema is to be compiled.
public struct SchemaOptions: Sendable {
    /// Whether `format` is checked; without it, it is an annotation, as the draft has it. A metaschema whose
    /// `$vocabulary` names format-assertion has it checked all the same.
    public var assertsFormats: Bool
    /// The documents, besides the schema itself and the metaschemas of the draft, that `$ref` may reach.
    public var remotes: SchemaRemotes
    /// What the first document's URI is where it has no `$id`.
    public var base: String
    /// Steps that one check may take, of some ten nanoseconds each: what a hostile schema and value can cost together.
    public var maxSteps: Int
    /// Faults that one check gives at most.
    public var maxFaults: Int

    public init(
        assertsFormats: Bool = false,
        remotes: SchemaRemotes = SchemaRemotes(),
        base: String = "",
        maxSteps: Int = 10_000_000,
        maxFaults: Int = 1_000
    ) {
        self.assertsFormats = assertsFormats
        self.remotes = remotes
        self.base = base
        self.maxSteps = maxSteps
        self.maxFaults = maxFaults
    }
}
