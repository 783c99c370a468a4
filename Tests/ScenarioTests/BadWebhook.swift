import Foundation

/// A webhook with something wrong, and what must come of it.
struct BadWebhook {
    let name: String
    var path: String?
    var body: [UInt8]
    var contentType = "application/json"
    var headers: [String: String]
    let status: Int
    /// How it is counted.
    let outcome: String
    /// What the answer says.
    var says = ""
    /// The code of its dead letter; nil where there is none.
    var code: String?

    /// All of them for one sender.
    ///
    /// - Parameter id: an object that the vendor has.
    static func all(of sender: WebhookSender, id: String) -> [BadWebhook] {
        turnedAway(from: sender, id: id) + kept(from: sender, id: id)
    }

    /// What nobody can have sent but a stranger, or to nobody: it is turned away, and nothing is kept.
    private static func turnedAway(from sender: WebhookSender, id: String) -> [BadWebhook] {
        let body = sender.body(naming: id)
        func rejected(_ name: String, _ headers: [String: String], _ says: String) -> BadWebhook {
            BadWebhook(
                name: name, body: body, headers: headers, status: 401, outcome: "rejected", says: says)
        }
        let large = body + [UInt8](repeating: 0x20, count: 1 << 20)
        let elsewhere = "/webhooks/nobody"
        var all = [
            rejected("unsigned", [:], "the header \(sender.signatureHeader) is missing"),
            rejected("badly signed", sender.signed(body, secret: "another"), "the signature is not that of"),
            rejected(
                "signed over another body", sender.signed(body + [0x20]), "the signature is not that of"),
            rejected(
                "signature that is no base64",
                sender.signed(body).merging([sender.signatureHeader: "%%%"]) { $1 }, "is no base64"),
            BadWebhook(
                name: "oversized", body: large, headers: sender.signed(large), status: 413, outcome: "too_large",
                says: "the body is longer than 1048576 bytes"),
            BadWebhook(
                name: "unknown connection", path: elsewhere, body: body,
                headers: sender.signed(body, path: elsewhere), status: 404, outcome: "unknown_connection",
                says: "no connection of this adapter has the name 'nobody'"),
        ]
        guard sender.vendor == "hubspot" else { return all }
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        for (name, time) in [
            ("stale", now - 3_600_000), ("of the future", now + 3_600_000), ("of the end of days", Int64.max),
            ("of the beginning of days", Int64.min),
        ] {
            all.append(rejected("timestamp \(name)", sender.signed(body, at: time), "seconds off; at most 300"))
        }
        return all
    }

    /// What is signed and cannot be read: it is kept whole as a dead letter, or is read all the same.
    private static func kept(from sender: WebhookSender, id: String) -> [BadWebhook] {
        func letter(
            _ name: String, _ body: [UInt8], _ says: String, code: String = "webhook_json",
            adding more: [String: String] = [:]
        ) -> BadWebhook {
            BadWebhook(
                name: name, body: body, headers: sender.signed(body).merging(more) { $1 }, status: 202,
                outcome: "undecodable", says: says, code: code)
        }
        let good = sender.body(naming: id)
        let latin = Array(#"[{"name":"Jos"#.utf8) + [0xE9] + Array(#""}]"#.utf8)
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        let pairs = String(decoding: good, as: UTF8.self).utf16.map { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let wide: [UInt8] = [0xFF, 0xFE] + pairs.joined()
        let packed: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x8B, 0x8E, 0x05, 0, 0x29, 0xBB, 0x4C, 0x0D]
        let plain = BadWebhook(
            name: "a media type that is none of JSON", body: good, contentType: "text/html; charset=iso-8859-15",
            headers: sender.signed(good), status: 204,
            // A realm that is not ours is read, and is not our matter.
            outcome: sender.vendor == "quickbooks" ? "ignored" : "marked")
        return [
            letter(
                "no JSON", Array("hello=world".utf8), "the body is no JSON: expected a value, found 'h', at the top"),
            letter("empty", [], "the body is no JSON: the document ends too early"),
            letter("deep", deep, "more than 64 levels of objects and arrays"),
            letter("Latin-1", latin, "text that is not UTF-8, at /0/name (byte "),
            letter("UTF-16", wide, "(byte 0)", adding: ["content-type": "application/json; charset=utf-16"]),
            letter(
                "packed", packed, "it came with Content-Encoding gzip, and only plain bodies are read",
                adding: ["Content-Encoding": "gzip"]),
            letter(
                "of another shape", Array("42".utf8),
                sender.vendor == "jobber" ? "no data.webHookEvent.topic" : "array of events", code: "webhook_shape"),
            letter(
                "an id beyond any key", sender.body(naming: String(repeating: "7", count: 5000)),
                "by an id of 5000 bytes", code: "webhook_object"),
            letter("an id with a zero byte", sender.body(naming: "7\0"), "control characters", code: "webhook_object"),
            plain,
        ]
    }
}
