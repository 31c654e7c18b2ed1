import Hummingbird
import JSON

/// Tokens that stand for the key for a while, in both of their forms.
struct TokenRoutes {
    let gate: Gate

    private static let maxApps = 100
    private static let lifetime = 120.0
    private static let maxLifetime = 86_400.0

    func respond(_ request: Request, isRealtime: Bool) async -> Response {
        guard let body = await request.object() else { return Reply.detail(400, "the body must be a JSON object") }
        let apps = body["allowed_apps"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard (1...Self.maxApps).contains(apps.count) else {
            return Reply.detail(422, "\"allowed_apps\" is a list of 1 to \(Self.maxApps) names")
        }
        let given = body[isRealtime ? "duration" : "token_expiration"] ?? .number(Self.lifetime)
        guard let seconds = given.doubleValue, (1...Self.maxLifetime).contains(seconds) else {
            return Reply.detail(422, "a token is good for 1 to \(Int(Self.maxLifetime)) seconds")
        }
        let token = JSON.string(gate.makeToken(apps: apps, seconds: seconds))
        return Reply.json(200, isRealtime ? ["token": token] : token)
    }
}
