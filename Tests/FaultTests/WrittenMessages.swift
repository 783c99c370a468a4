import Postgres
import SystemSupport

/// How many messages there are in a version.
struct WrittenMessages: Equatable {
    var events = 0
    var commands = 0

    /// Whether there are more of both than before.
    func areBoth(beyond other: WrittenMessages) -> Bool { events > other.events && commands > other.commands }

    /// Counts those of the router and of the adapters.
    static func count(in version: Int, _ system: RunningSystem) async throws -> WrittenMessages {
        let words = Array("\"schemaversion\":\(version),".utf8)
        let counts = try await system.pool.query(
            """
            select count(*) filter (where queue like '%router.events'), count(*) filter (where queue like '%commands.%')
            from message where position(\(words) in body) > 0
            """)[0]
        return WrittenMessages(events: try counts[0, as: Int.self], commands: try counts[1, as: Int.self])
    }
}
