/// Says whether a service is ready, and if not, what is failing and since when.
public struct HealthReport: Sendable, Hashable {
    /// The state of one check.
    public struct Entry: Sendable, Hashable {
        /// The check.
        public let name: String
        /// Whether the last answer was good.
        public let isPassing: Bool
        /// Since when it is so, in milliseconds since 1970.
        public let since: Int64
        /// What is wrong.
        public let reason: String?
    }

    /// The service's name.
    public let service: String
    /// Whether the service is shutting down; then it is not ready whatever the checks say.
    public let isStopping: Bool
    /// The checks, in the order in which they were added.
    public let entries: [Entry]

    /// Whether the service can do its work.
    public var isReady: Bool {
        !isStopping && entries.allSatisfy(\.isPassing)
    }

    /// The report as JSON.
    func json() -> [UInt8] {
        var json = JSONText()
        json.raw("{\"status\":")
        json.string(isReady ? "ready" : isStopping ? "stopping" : "not ready")
        json.raw(",\"service\":")
        json.string(service)
        json.raw(",\"checks\":{")
        for (index, entry) in entries.enumerated() {
            if index > 0 { json.raw(",") }
            json.string(entry.name)
            json.raw(":{\"status\":")
            json.string(entry.isPassing ? "passing" : "failing")
            json.raw(",\"since\":\"")
            json.raw(UTCTimestamp.bytes(entry.since))
            json.raw("\"")
            if let reason = entry.reason {
                json.raw(",\"reason\":")
                json.string(reason, limit: 1000)
            }
            json.raw("}")
        }
        json.raw("}}\n")
        return json.bytes
    }
}
