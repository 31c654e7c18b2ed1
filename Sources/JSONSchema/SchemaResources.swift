import JSON

/// The documents that a schema consists of, and what `$id`, `$anchor` and `$dynamicAnchor` name in them.
///
/// Every schema has a place, known by a number; a place is made once, so that two references to it find the same.
struct SchemaResources {
    struct Place {
        /// The place that it is a part of; nil for a document.
        let parent: Int?
        let token: String
        let value: JSON
        /// Whose base its references are resolved against.
        var resource: Int
        /// Whether the identifiers in it have been read.
        var isScanned = false
    }

    /// What has a URI of its own: a document, or a schema with `$id`.
    struct Resource {
        let base: URIReference
        let place: Int
        let parent: Int?
        var anchors: [ExactText: Int] = [:]
        var dynamicAnchors: [ExactText: Int] = [:]
        var vocabulary: Vocabulary?
    }

    private struct Step: Hashable {
        let place: Int
        let token: ExactText
    }

    private(set) var places: [Place] = []
    private(set) var resources: [Resource] = []
    private var steps: [Step: Int] = [:]
    private var resourceOfURI: [String: Int] = [:]
    private let remotes: SchemaRemotes

    /// Schemas, and what holds them, in all documents together.
    private static let maxPlaces = 500_000

    init(_ document: JSON, options: SchemaOptions) throws(SchemaError) {
        remotes = options.remotes
        _ = try add(document, base: URIReference(options.base))
    }

    /// - Returns: the document's resource.
    private mutating func add(_ document: JSON, base: URIReference) throws(SchemaError) -> Int {
        let place = places.count
        places.append(Place(parent: nil, token: "", value: document, resource: resources.count))
        let resource = addResource(base, place, parent: nil)
        try scan(place)
        return resource
    }

    private mutating func addResource(_ base: URIReference, _ place: Int, parent: Int?) -> Int {
        let index = resources.count
        resources.append(Resource(base: base.withoutFragment, place: place, parent: parent))
        if resourceOfURI[base.document] == nil { resourceOfURI[base.document] = index }
        return index
    }

    // MARK: - Places

    /// The place that a token leads to; nil where nothing stands.
    mutating func step(_ place: Int, _ token: String) throws(SchemaError) -> Int? {
        if let known = steps[Step(place: place, token: ExactText(token))] { return known }
        guard let value = JSONPointer.step(places[place].value, token) else { return nil }
        return try child(place, token, value)
    }

    private mutating func child(_ parent: Int, _ token: String, _ value: JSON) throws(SchemaError) -> Int {
        let step = Step(place: parent, token: ExactText(token))
        if let known = steps[step] { return known }
        guard places.count < Self.maxPlaces else { throw error(parent, "more than \(Self.maxPlaces) schemas") }
        places.append(Place(parent: parent, token: token, value: value, resource: places[parent].resource))
        steps[step] = places.count - 1
        return places.count - 1
    }

    mutating func walk(_ place: Int, _ pointer: String) throws(SchemaError) -> Int? {
        guard let tokens = JSONPointer.tokens(pointer) else { return nil }
        var place = place
        for token in tokens {
            guard let next = try step(place, token) else { return nil }
            place = next
        }
        return place
    }

    /// - Parameter keyword: of the schema at the place, where it is that which is wrong.
    func error(_ place: Int, _ message: String, at keyword: String = "") -> SchemaError {
        SchemaError(pointer: pointer(place) + (keyword.isEmpty ? "" : "/\(keyword)"), message: message)
    }

    /// For people: a deep place is named by its end.
    private func pointer(_ place: Int) -> String {
        var tokens: [String] = []
        var current = place
        while let parent = places[current].parent, tokens.count < 64 {
            tokens.append("/" + JSONPointer.escape(String(places[current].token.prefix(200))))
            current = parent
        }
        let text = tokens.reversed().joined()
        if places[current].parent != nil { return "…" + text }
        return current == 0 ? text : resources[places[current].resource].base.document + "#" + text
    }

    // MARK: - Identifiers

    /// Reads the identifiers in a schema and in all schemas inside it, by the keywords that hold schemas: what looks
    /// like an `$id` in an `enum` is none.
    mutating func scan(_ place: Int) throws(SchemaError) {
        var pending = [place]
        while let place = pending.popLast() {
            guard !places[place].isScanned else { continue }
            places[place].isScanned = true
            guard let object = places[place].value.objectValue else { continue }
            try identify(place, object)
            for member in object {
                guard let position = SchemaPosition(keyword: member.key) else { continue }
                let holder = try child(place, member.key, member.value)
                places[holder].resource = places[place].resource
                switch (position, member.value) {
                case (.one, _): pending.append(holder)
                case (.list, .array(let elements)):
                    for (index, element) in elements.enumerated() {
                        let inner = try child(holder, String(index), element)
                        pending.append(inherit(inner, from: place))
                    }
                case (.map, .object(let members)):
                    for schema in members {
                        let inner = try child(holder, schema.key, schema.value)
                        pending.append(inherit(inner, from: place))
                    }
                default: break
                }
            }
        }
    }

    private mutating func inherit(_ place: Int, from parent: Int) -> Int {
        if !places[place].isScanned { places[place].resource = places[parent].resource }
        return place
    }

    private mutating func identify(_ place: Int, _ object: JSONObject) throws(SchemaError) {
        if let id = object["$id"]?.stringValue {
            let reference = URIReference(id)
            guard (reference.fragment ?? "").isEmpty else { throw error(place, "$id must not have a fragment") }
            let outer = places[place].resource
            let base = resources[outer].base.resolving(reference)
            if resources[outer].place == place {
                // A document's own name, besides the one that it was found by.
                resources[outer] = Resource(base: base.withoutFragment, place: place, parent: nil)
                if resourceOfURI[base.document] == nil { resourceOfURI[base.document] = outer }
            } else {
                places[place].resource = addResource(base, place, parent: outer)
            }
        }
        let resource = places[place].resource
        if let name = object["$anchor"]?.stringValue { resources[resource].anchors[ExactText(name)] = place }
        if let name = object["$dynamicAnchor"]?.stringValue {
            resources[resource].anchors[ExactText(name)] = place
            resources[resource].dynamicAnchors[ExactText(name)] = place
        }
    }

    // MARK: - References

    /// What a reference in `place` names.
    /// - Returns: its place; and the name of the dynamic anchor that it was found by, if it was.
    mutating func resolve(
        _ text: String, from place: Int
    ) throws(SchemaError) -> (place: Int, dynamicName: ExactText?) {
        let reference = URIReference(text)
        let own = places[place].resource
        var resource = own
        if reference.scheme != nil || reference.authority != nil || !reference.path.isEmpty || reference.query != nil {
            let uri = resources[own].base.resolving(reference).document
            guard let found = try find(uri, for: place) else {
                throw error(place, "no document is known as \(uri)")
            }
            resource = found
        }
        guard let fragment = URIReference.decoded(reference.fragment ?? "") else {
            throw error(place, "\(text) is no URI reference")
        }
        if fragment.isEmpty || fragment.hasPrefix("/") {
            guard let target = try walk(resources[resource].place, fragment) else {
                throw error(place, "nothing stands at \(text)")
            }
            try scan(target)
            return (target, nil)
        }
        let name = ExactText(fragment)
        guard let target = resources[resource].anchors[name] else { throw error(place, "nothing stands at \(text)") }
        return (target, resources[resource].dynamicAnchors[name] == target ? name : nil)
    }

    /// The resource of a URI; its document is taken in where it is known but not yet here.
    private mutating func find(_ uri: String, for place: Int) throws(SchemaError) -> Int? {
        if let known = resourceOfURI[uri] { return known }
        var document = Metaschema.document(uri)
        if document == nil {
            do { document = try remotes.document(uri) } catch { throw self.error(place, error.message) }
        }
        guard let document else { return nil }
        return try add(document, base: URIReference(uri))
    }

    // MARK: - Vocabularies

    /// What the schemas of a resource are written in: as their metaschema says.
    mutating func vocabulary(of index: Int) throws(SchemaError) -> Vocabulary {
        if let known = resources[index].vocabulary { return known }
        let place = resources[index].place
        var vocabulary = Vocabulary.standard
        if let schema = places[place].value["$schema"]?.stringValue {
            let uri = URIReference(schema).document
            if uri != Vocabulary.metaschema, let metaschema = try find(uri, for: place),
                let declared = places[resources[metaschema].place].value["$vocabulary"]?.objectValue
            {
                do { vocabulary = try Vocabulary(declared: declared) } catch {
                    throw self.error(place, "the vocabulary \(error.uri) is not known")
                }
            }
        } else if let parent = resources[index].parent {
            vocabulary = try self.vocabulary(of: parent)
        }
        resources[index].vocabulary = vocabulary
        return vocabulary
    }
}

extension URIReference {
    var withoutFragment: URIReference {
        var result = self
        result.fragment = nil
        return result
    }
}
