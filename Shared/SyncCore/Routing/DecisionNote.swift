import CanonicalModel
import SyncPolicy

/// The recorded form of the decisions on one event: what `records why` reads.
enum DecisionNote {
    static func encode(_ decisions: [DecisionRecord], event: CanonicalEvent) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("change")
        writer.string(event.change.rawValue)
        writer.key("native")
        writer.string(event.native.description)
        writer.key("changed_at")
        writer.string(event.changedAt.description)
        writer.key("observed_at")
        writer.string(event.observedAt.description)
        writer.key("decisions")
        writer.beginArray()
        for decision in decisions {
            // A decision that cannot be written is a fault of ours, and must not stop the routing.
            if let bytes = try? decision.encode() { writer.raw(bytes) }
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }
}
