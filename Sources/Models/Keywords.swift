/// The keywords that a model's document may use, and what each must hold.
enum Keywords {
    enum Form {
        /// A schema, a list of them, or an object of them.
        case schema, schemas, namedSchemas
        case number, positiveNumber, count, bool, text, name, names
        /// A value of any kind; a list of such.
        case value, values
        /// A value, or values, of the schema's own.
        case ownValue, ownValues
        case type, reference, pattern, dependencies, order, file
    }

    /// JSON Schema 2020-12, and our own: `x-file` marks what holds a file.
    static let ofSchemas: [String: Form] = [
        "$anchor": .text, "$comment": .text, "$defs": .namedSchemas, "$dynamicAnchor": .text, "$dynamicRef": .text,
        "$id": .text, "$ref": .reference, "$schema": .text, "additionalProperties": .schema, "allOf": .schemas,
        "anyOf": .schemas, "const": .value, "contains": .schema, "contentEncoding": .text, "contentMediaType": .text,
        "contentSchema": .schema, "default": .ownValue, "dependentRequired": .dependencies,
        "dependentSchemas": .namedSchemas, "deprecated": .bool, "description": .text, "else": .schema,
        "enum": .values, "examples": .ownValues, "exclusiveMaximum": .number, "exclusiveMinimum": .number,
        "format": .text, "if": .schema, "items": .schema, "maxContains": .count, "maxItems": .count,
        "maxLength": .count, "maxProperties": .count, "maximum": .number, "minContains": .count, "minItems": .count,
        "minLength": .count, "minProperties": .count, "minimum": .number, "multipleOf": .positiveNumber,
        "not": .schema, "oneOf": .schemas, "pattern": .pattern, "patternProperties": .namedSchemas,
        "prefixItems": .schemas, "properties": .namedSchemas, "propertyNames": .schema, "readOnly": .bool,
        "required": .names, "then": .schema, "title": .text, "type": .type, "unevaluatedItems": .schema,
        "unevaluatedProperties": .schema, "uniqueItems": .bool, "writeOnly": .bool, "x-fal-order-properties": .order,
        "x-file": .file,
    ]

    /// What only the document as a whole has.
    static let ofDocuments: [String: Form] = [
        "x-category": .name, "x-documentation": .name, "x-price": .name, "x-price-per": .name,
        "x-price-usd": .number, "x-related": .names,
    ]

    /// Of draft 3 to 7 and OpenAPI 3.0, with what took their place.
    static let former: [String: String] = [
        "definitions": "$defs", "dependencies": "dependentRequired", "divisibleBy": "multipleOf",
        "example": "examples, a list", "id": "$id", "nullable": "\"null\" among the types",
        "additionalItems": "items", "$recursiveRef": "$dynamicRef",
    ]

    /// Pairs of limits of which the first must not be above the second.
    static let limits: [(low: String, high: String)] = [
        ("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"),
        ("minProperties", "maxProperties"), ("minContains", "maxContains"),
    ]

    /// What an `x-file` may say.
    static let fileKinds = ["video", "image", "audio", "file"]
}
