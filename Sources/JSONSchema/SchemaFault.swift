import JSON

/// One step from a value to a part of it.
public enum PathStep: Sendable, Hashable {
    case key(String)
    case index(Int)
}

/// One way in which a value breaks its schema: where, why, and what stood there.
public struct SchemaFault: Error, Sendable, Hashable {
    /// The types of JSON Schema's `type`.
    public enum ValueType: String, Sendable, Hashable, CaseIterable {
        case null, boolean, integer, number, string, array, object
    }

    public enum Cause: Sendable, Hashable {
        /// A required member is not there; `path` names it.
        case missing
        /// The schema has no such member; the known one that is spelled most like it.
        case unknownMember(nearest: String?)
        /// None of the types that the schema allows.
        case type([ValueType])
        /// None of the values that the schema allows.
        case notOneOf([JSON])
        case lessThanMinimum(JSON)
        case greaterThanMaximum(JSON)
        case notGreaterThan(JSON)
        case notLessThan(JSON)
        case notMultipleOf(JSON)
        case tooFewCharacters(Int)
        case tooManyCharacters(Int)
        case pattern(String)
        /// The name of the format.
        case format(String)
        case tooFewItems(Int, actual: Int)
        case tooManyItems(Int, actual: Int)
        case tooFewMembers(Int, actual: Int)
        case tooManyMembers(Int, actual: Int)
        case duplicateItems(Int, Int)
        /// More than one branch of `oneOf` fits.
        case ambiguous
        /// `not`, or the schema `false`.
        case forbidden
        /// `contains` found fewer or more than it wants.
        case contains(minimum: Int, maximum: Int?, actual: Int)
        /// A member must not be there without another one.
        case dependency(on: String)
        /// Checking took more steps than the limit.
        case tooComplex
    }

    /// From the root of the checked value.
    public var path: [PathStep]
    public let cause: Cause
    /// What stood there; for a missing member, the object that lacks it.
    public let value: JSON

    public init(path: [PathStep], cause: Cause, value: JSON) {
        self.path = path
        self.cause = cause
        self.value = value
    }
}
