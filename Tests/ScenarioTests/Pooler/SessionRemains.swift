import Postgres
import SystemSupport

/// What transactions have left behind in the server's sessions of a pooler: each of it is missing in the next session, or
/// meets somebody else there.
struct SessionRemains: Equatable {
    /// How many sessions were looked at.
    var sessions = 0
    /// What was found, in words.
    var found: Set<String> = []

    /// Looks into all sessions, each of which is held by a transaction meanwhile.
    init(of pooler: PrivatePooler) async throws {
        var looks: [PostgresConnection] = []
        var seen: Set<Int32> = []
        do {
            for _ in 0..<pooler.sessions {
                let connection = try await PostgresConnection.connect(pooler.database)
                looks.append(connection)
                let answers = try await connection.pipeline(["begin", Self.remains])
                for row in answers[1] {
                    seen.insert(try row[0, as: Int32.self])
                    found.formUnion(try row[1, as: [String].self])
                }
            }
        } catch {
            for connection in looks { await connection.close() }
            throw error
        }
        for connection in looks {
            _ = try? await connection.execute("rollback")
            await connection.close()
        }
        sessions = seen.count
    }

    /// The pooler itself keeps five settings as each client wants them; ours go with each transaction.
    private static let remains: SQL = """
        select pg_backend_pid(), array(
            select 'prepared ' || statement from pg_prepared_statements
            union all select 'listens on ' || channel from pg_listening_channels() as channel
            union all select 'holds an advisory lock' from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'
            union all select 'keeps the cursor ' || name from pg_cursors where is_holdable
            union all select 'keeps the table ' || relname from pg_class where relnamespace = pg_my_temp_schema()
            union all select 'has set ' || name from pg_settings where source = 'session' and lower(name) <> all (array[
                'application_name', 'client_encoding', 'datestyle', 'timezone', 'standard_conforming_strings',
                'statement_timeout', 'search_path'])
        )
        """
}
