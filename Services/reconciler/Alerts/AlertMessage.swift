import CanonicalModel
import Crypto
import Foundation
import ServiceKit
import SyncStore
import VendorHTTP

/// What a receiver is told of an alert: how it is now, under its place in the sequence of its changes.
///
/// Pure. A place may come more than once, and places may be left out where the next was there before one could be sent.
struct AlertMessage: Sendable {
    let alert: Alert

    /// What has happened, in a word.
    var event: String {
        if alert.resolvedAt != nil { return "resolved" }
        return alert.sequence > 1 ? "graver" : "raised"
    }

    /// The body: every fact by its name, and one line for whoever only shows lines.
    var body: [UInt8] {
        let condition = alert.condition
        let head = alert.resolvedAt == nil ? condition.severity.rawValue.uppercased() : "RESOLVED"
        return JSONValue.object([
            "id": .string(alert.id.description), "sequence": .int(alert.sequence), "event": .string(event),
            "text": .string("\(head) \(condition.key.kind.rawValue): \(condition.cause) → \(condition.advice)"),
            "kind": .string(condition.key.kind.rawValue), "subject": .string(condition.key.subject),
            "group": .string(condition.group), "connection": condition.connection.map { .string($0.name) } ?? .null,
            "severity": .string(condition.severity.rawValue), "cause": .string(condition.cause),
            "advice": .string(condition.advice), "since": .string(condition.since.description),
            "raised_at": alert.raisedAt.map { .string($0.description) } ?? .null,
            "resolved_at": alert.resolvedAt.map { .string($0.description) } ?? .null,
        ]).serialised()
    }

    /// The request, signed over its time and its body.
    func request(to receiver: AlertReceiver, at now: Instant) -> HTTPRequest {
        let body = body
        let time = now.microseconds / 1_000_000
        return HTTPRequest(
            .post, receiver.url.reveal(),
            headers: [
                "Content-Type": "application/json",
                "Plumbline-Delivery": "\(alert.id)/\(alert.sequence)",
                "Plumbline-Signature":
                    "t=\(time),v1=\(Self.signature(of: body, at: time, secret: receiver.secret.reveal()))",
            ], body: body, deadline: .seconds(10))
    }

    /// HMAC-SHA256 over the time, a dot and the body, in hexadecimal.
    static func signature(of body: [UInt8], at time: Int64, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(time).".utf8) + body, using: SymmetricKey(data: Data(secret.utf8)))
        return code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
