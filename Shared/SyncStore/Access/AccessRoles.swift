internal import CanonicalModel
public import Postgres

/// The database roles of people: who may look, and who may act.
///
/// `plumbline_viewer` sees everything but protected values and secrets; `plumbline_operator` sees the payloads, too, and may
/// replay, edit and archive. Both are roles of the whole server that nobody logs in as: an administrator grants them to
/// people's own roles. The rights are those of this schema's tables, and given anew by each `migrate`.
public enum AccessRoles {
    /// Who may look.
    public static let viewer = "plumbline_viewer"
    /// Who may act.
    public static let `operator` = "plumbline_operator"

    /// Makes the roles where they are missing, and gives them their rights.
    ///
    /// - Returns: what an administrator has to do where the caller may not make roles; nil where nothing is left to do.
    public static func install(on pool: PostgresPool) async throws -> String? {
        var missing: [String] = []
        for role in [viewer, `operator`] where try await !exists(role, on: pool) {
            do {
                _ = try await pool.query("create role \(identifier: role) nologin")
            } catch let error as PostgresError where ["42710", "23505"].contains(error.sqlstate) {
                // Another migration of the same server was quicker.
            } catch let error as PostgresError where error.sqlstate == "42501" {
                missing.append(role)
            }
        }
        try await pool.withTransaction { transaction in
            // Two migrations that grant on one table at a time would trip over each other.
            _ = try await transaction.query(
                "select pg_advisory_xact_lock(hashtextextended('plumbline_access ' || current_schema(), 0))")
            try await transaction.commit(running: [fields, grants])
        }
        guard !missing.isEmpty else { return nil }
        return
            "the roles \(missing.joined(separator: " and ")) could not be made, since the database role may not make "
            + "roles: let an administrator run \""
            + missing.map { "create role \($0) nologin" }.joined(separator: "; ") + "\", then migrate again"
    }

    private static func exists(_ role: String, on pool: PostgresPool) async throws -> Bool {
        !(try await pool.query("select 1 from pg_roles where rolname = \(role)").isEmpty)
    }

    /// How the model says that each field is to be treated.
    private static var fields: Statement<Void> {
        let fields = ModelCatalog.entities.flatMap { entity in
            entity.fields.map { (entity: entity.kind.rawValue, name: $0.name.name, pii: $0.pii.rawValue) }
        }
        return Statement(
            """
            with given as materialized (
                select * from unnest(\(fields.map(\.entity)), \(fields.map(\.name)), \(fields.map(\.pii)))
                    as given(entity, field, pii)
            ), gone as (
                delete from model_field m where not exists (
                    select from given g where g.entity = m.entity and g.field = m.field)
            )
            insert into model_field as m (entity, field, pii) select * from given
            on conflict (entity, field) do update set pii = excluded.pii where m.pii <> excluded.pii
            """)
    }

    /// The rights: by table, which columns a viewer does not see, and what an operator may write.
    private static let grants = Statement<Void>(
        SQL(
            raw: """
                do $grants$
                declare
                    reads record;
                    seen text;
                begin
                    for reads in select * from (values
                        ('plumbline_migration', array[]::text[], ''),
                        ('message', array['body'], ''),
                        ('record_shown', array[]::text[], ''),
                        ('record', array['body'], ''),
                        ('record_reference', array[]::text[], ''),
                        ('link', array[]::text[], ''),
                        ('shadow', array['body'], ''),
                        ('invoice_reference', array[]::text[], ''),
                        ('effect', array[]::text[], ''),
                        ('proposal', array['proposed', 'current'], ''),
                        ('connection', array[]::text[], ''),
                        ('connection_state', array[]::text[], 'update'),
                        ('circuit', array[]::text[], ''),
                        ('consent_offer', array[]::text[], ''),
                        ('consent', array['state_digest', 'sealed_verifier', 'asked_by'], 'insert'),
                        ('late_object', array[]::text[], ''),
                        ('checkpoint', array[]::text[], ''),
                        ('webhook', array['headers', 'body'], ''),
                        ('dirty', array[]::text[], 'insert, update'),
                        ('work', array['body'], 'update'),
                        ('lane', array[]::text[], ''),
                        ('lease', array[]::text[], ''),
                        ('rate_budget', array[]::text[], ''),
                        ('snapshot_entry', array['body'], ''),
                        ('intent', array['request', 'fault'], ''),
                        ('park', array[]::text[], ''),
                        ('audit', array['actor', 'salt', 'body'], 'insert'),
                        ('chain', array[]::text[], ''),
                        ('seal', array[]::text[], ''),
                        ('policy', array[]::text[], ''),
                        ('dead_letter', array['payload'], 'update'),
                        ('dead_letter_edit', array['before'], 'insert'),
                        ('replay', array[]::text[], 'insert, update'),
                        ('replay_item', array[]::text[], 'insert, update'),
                        ('model_field', array[]::text[], ''),
                        ('snapshot_run', array[]::text[], 'insert'),
                        ('freshness', array[]::text[], ''),
                        ('queue_figure', array[]::text[], ''),
                        ('alert', array[]::text[], ''),
                        ('replica', array[]::text[], ''),
                        ('message_schema', array[]::text[], ''),
                        ('loop_progress', array[]::text[], ''),
                        ('webhook_source', array[]::text[], ''),
                        ('canary', array[]::text[], ''),
                        ('recovery', array[]::text[], ''),
                        ('recovery_reading', array[]::text[], '')
                    ) as rights(name, hidden, writes)
                    loop
                        select string_agg(quote_ident(attname), ', ') into seen from pg_attribute
                        where attrelid = reads.name::regclass and attnum > 0 and not attisdropped
                            and attname <> all (reads.hidden);
                        if exists (select from pg_roles where rolname = 'plumbline_viewer') then
                            execute format('revoke all on %I from plumbline_viewer', reads.name);
                            execute format('grant select (%s) on %I to plumbline_viewer', seen, reads.name);
                        end if;
                        if exists (select from pg_roles where rolname = 'plumbline_operator') then
                            execute format('revoke all on %I from plumbline_operator', reads.name);
                            execute format('grant select on %I to plumbline_operator', reads.name);
                            if reads.writes <> '' then
                                execute format('grant %s on %I to plumbline_operator', reads.writes, reads.name);
                            end if;
                        end if;
                    end loop;
                    if exists (select from pg_roles where rolname = 'plumbline_viewer') then
                        execute format('grant usage on schema %I to plumbline_viewer', current_schema());
                    end if;
                    if exists (select from pg_roles where rolname = 'plumbline_operator') then
                        execute format('grant usage on schema %I to plumbline_operator', current_schema());
                    end if;
                end
                $grants$
                """))
}
