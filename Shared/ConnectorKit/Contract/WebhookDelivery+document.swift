public import CanonicalModel
import SyncCore

extension WebhookDelivery {
    /// The body as JSON.
    ///
    /// - Throws: a fault that says where and why it is none, in words without a value of the body.
    public func document() throws(ConnectorFault) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: body)
        } catch {
            var message = "the body is no JSON: \(error)"
            // Nobody unpacks a body here: the signature is over the bytes as they came.
            if let encoding = headers["content-encoding"], encoding.lowercased() != "identity" {
                message += "; it came with Content-Encoding \(encoding.prefix(40)), and only plain bodies are read"
            }
            throw ConnectorFault(
                .undecodable, code: "webhook_json", message: message,
                fix: "see who sent it and in which form; what it announced is found by the next poll or sweep")
        }
    }
}
