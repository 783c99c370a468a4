public import CanonicalModel
internal import SyncStore

extension RecordHistory {
    /// Something that happens once per cause.
    public struct Effect: Sendable {
        private let standing: Effects.Standing

        init(_ standing: Effects.Standing) { self.standing = standing }

        /// One line about it, as seen from the record that caused it, or from the one that it makes.
        public func text(seenFrom record: CanonicalID) -> String {
            var line = "effect \(standing.kind): \(standing.state.rawValue)"
            if let connection = standing.connection {
                line += " at \(connection.name)"
                if let native = standing.native { line += ", \(native)" }
            }
            line += ", \(standing.changedAt)"
            if standing.cause != record { line += ", caused by \(standing.cause)" }
            if let result = standing.result, result != record { line += ", for \(result)" }
            if let letter = standing.letter { line += ", dead letter \(letter)" }
            return "\(line)   [\(standing.reason)]"
        }

        /// All of it; what is not known is null.
        public var json: JSONValue {
            [
                "kind": .string(standing.kind), "state": .string(standing.state.rawValue),
                "cause": .string(standing.cause.description), "result": .text(standing.result?.description),
                "reason": .string(standing.reason), "connection": .text(standing.connection?.name),
                "native": .text(standing.native?.description), "wanted_at": .moment(standing.madeAt),
                "changed_at": .moment(standing.changedAt), "dead_letter": .text(standing.letter?.description),
            ]
        }
    }
}
