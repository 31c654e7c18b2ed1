import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `verify_webhook`: whether a call that says it is fal's is fal's.
extension Bridge {
    func verifyWebhook(_ call: Call) async throws(RPCError) -> JSON {
        let body = Array((call.params["body"]?.stringValue ?? "").utf8)
        let maxAge = call.params["max_age"]?.doubleValue ?? 300
        // No key is needed for public keys, so none is asked for.
        let client = FalClient(backend: backend, http: http)
        do {
            let webhook = try Webhook(
                headers: call.params["headers"]?.objectValue ?? [:], body: body, maxAge: maxAge, now: .now
            )
            guard try await isSigned(webhook, client) else { return Self.invalid("no key of fal's made the signature") }
            return Self.valid(webhook, body)
        } catch let error as Webhook.Invalid {
            return Self.invalid(error.reason)
        } catch let error as FalError {
            if call.ending != nil { throw .cancelled("cancelled") }
            var failure = RPCError(error, endpoint: nil, masking: client.backend.credentials)
            // Whatever the server says: without its keys nothing can be told.
            (failure.code, failure.kind) = (1503, "unavailable")
            failure.message = "fal's keys for webhooks cannot be had: \(failure.message)"
            throw failure
        } catch {
            throw .internalError("\(error)")
        }
    }

    private func isSigned(_ webhook: Webhook, _ client: FalClient) async throws -> Bool {
        let known = try await webhookKeys.keys(client)
        if try webhook.isSigned(byOneOf: known) { return true }
        guard let renewed = try await webhookKeys.renewed(client, known: known), renewed != known else { return false }
        return try webhook.isSigned(byOneOf: renewed)
    }

    private static func invalid(_ reason: String) -> JSON { ["valid": false, "reason": .string(reason)] }

    private static func valid(_ webhook: Webhook, _ body: [UInt8]) -> JSON {
        let content = try? JSON.parse(body)
        var answer: JSONObject = ["valid": true]
        answer["request_id"] = .string(content?["request_id"]?.stringValue ?? webhook.requestID)
        answer["status"] = content?["status"]?.stringValue.map(JSON.string)
        answer["payload"] = content?["payload"]
        return .object(answer)
    }
}
