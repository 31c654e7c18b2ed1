import JSON
import Models
import Surface

/// What is generated from: the bridge's surface and the models.
public struct Subject {
    let methods: [MethodDocument]
    let notifications: [NotificationDocument]
    let errors: ErrorTable
    /// The bundled ones first.
    let models: [Model]

    /// - Parameter isLenient: whether a model whose document is broken is left out, not to hide the others.
    /// - Throws: what is wrong with a document.
    public init(_ catalog: Catalog, isLenient: Bool = false) throws {
        methods = try Surface.methods()
        notifications = try Surface.notifications()
        errors = try Surface.errors()
        models = try catalog.endpointsBundledFirst.compactMap { id in
            do { return try catalog.model(id) } catch {
                if isLenient { return nil }
                throw error
            }
        }
    }

    /// Models alone.
    init(models: [Model]) {
        methods = []
        notifications = []
        errors = ErrorTable([:])
        self.models = models
    }
}
