internal import CanonicalModel
internal import Messaging

extension OutgoingMessage {
    /// The message as it goes over the wire, with the headers by which it is traced and refused without being decoded.
    init(_ message: StoredMessage) {
        var headers = [MessageHeaders.generation: String(message.generation)]
        if let context = message.context ?? MessageContext(peekingAt: message.body) {
            headers[MessageHeaders.correlationID] = context.correlation.description
            headers[MessageHeaders.causationID] = context.causation?.description
            headers[MessageHeaders.hopCount] = String(context.hop)
            headers[MessageHeaders.traceparent] = context.traceparent
        }
        headers[MessageHeaders.replayOf] = message.replayOf?.description
        headers[MessageHeaders.schemaVersion] = EnvelopePeek.schemaVersion(of: message.body)
        self.init(
            id: message.id.description, exchange: message.exchange, routingKey: message.routingKey, headers: headers,
            body: message.body)
    }
}

extension MessageContext {
    /// Reads the context out of an envelope; nil where there is none.
    init?(peekingAt body: [UInt8]) {
        var correlation: CanonicalID?
        var causation: CanonicalID?
        var hop = 0
        var traceparent: String?
        do throws(JSONError) {
            try JSONReader.read(body) { reader throws(JSONError) in
                try reader.forEachKey { reader, key throws(JSONError) in
                    switch key {
                    case "correlationid": correlation = try reader.storedID()
                    case "causationid": causation = try reader.storedID()
                    case "hop": hop = Int(clamping: try reader.int64())
                    case "traceparent": traceparent = try reader.string()
                    default: break
                    }
                }
            }
        } catch {
            return nil
        }
        guard let correlation else { return nil }
        self.init(correlation: correlation, causation: causation, hop: hop, traceparent: traceparent)
    }
}

extension PublishOutcome {
    /// Why the broker has not taken responsibility; nil where it has.
    var failure: String? {
        switch self {
        case .confirmed: nil
        case .refused: "the broker refused it"
        case .returned(let code, let reason): "no queue took it: \(code) \(reason)"
        case .unknown(let reason): "its fate is unknown: \(reason)"
        }
    }
}
