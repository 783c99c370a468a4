public import CanonicalModel
internal import Postgres

/// How letters end, and how they come back.
extension DeadLetters {
    /// The kinds of record that are money: their letters are never dropped, and archived by name only.
    public static let money: [EntityKind] = [.invoice, .payment, .creditNote]

    /// Closes the letters of work that has reached its end since: the system shows the desired state now.
    ///
    /// A letter about fields that are held goes on as long as they are; one of a state that a newer one has covered does
    /// not. Where an effect wants the record to be there, the effect must be done as well.
    ///
    /// - Parameter places: of work that was settled in the same transaction, before.
    public static func resolve(_ places: [Place]) -> Statement<Void> {
        let places = places.sorted()
        return Statement(
            """
            with over as materialized (
                select l.id
                from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                    as given(record, connection, entity)
                join work w using (record, connection, entity)
                join dead_letter l on l.record = given.record and l.connection = given.connection
                    and l.entity = given.entity
                where l.source = 'work' and l.state in ('open', 'replaying') and w.state = 'done'
                    and (w.held = '{}' or l.message is distinct from w.command)
                    and (w.effect is null or exists (select from effect e where e.id = w.effect and e.state = 'done'))
                order by l.subject collate "C"
                for no key update of l
            )
            update dead_letter as l set closed_at = clock_timestamp(),
                state = case when l.opened_at is null then 'resolved' else 'replayed' end,
                closing = case when l.opened_at is null then 'the system shows the desired state by now' end
            from over where l.id = over.id
            """)
    }

    /// What became of letters that were to be closed or opened.
    public struct Moved: Sendable, Hashable {
        /// Their ids.
        public var letters: [CanonicalID] = []
        /// Letters that stayed as they are, since they are money.
        public var money = 0
        /// Letters that stayed as they are, since the same has failed again: another letter stands for it.
        public var taken = 0
    }

    /// Puts open letters aside: nothing more is to be done about them.
    ///
    /// - Parameter money: whether letters about money are put aside, too; else they stay.
    public static func archive(
        _ filter: Filter, money: Bool, by name: String, reason: String
    ) -> Statement<Moved> {
        Statement(
            """
            with wanted as materialized (
                select id, \(isMoney) as is_money from dead_letter
                where \(conditions(filter)) and state = 'open'
                order by subject collate "C"
                for no key update
            ), moved as (
                update dead_letter as l set state = 'archived', closed_at = clock_timestamp(), closed_by = \(name),
                    closing = \(reason)
                from wanted w where l.id = w.id and (\(money) or not w.is_money)
                returning l.id
            )
            select id, 0::bigint from moved
            union all
            select null, count(*) from wanted where is_money and not \(money)
            """
        ) { result in
            var moved = Moved()
            for row in result {
                if let id = try row[0, as: CanonicalID?.self] {
                    moved.letters.append(id)
                } else {
                    moved.money = try row[1, as: Int.self]
                }
            }
            return moved
        }
    }

    /// Opens archived letters again.
    public static func restore(_ filter: Filter) -> Statement<Moved> {
        Statement(
            """
            with wanted as materialized (
                select id, subject from dead_letter
                where \(conditions(filter)) and state = 'archived'
                order by subject collate "C"
                for no key update
            ), newest as (
                -- Of several letters of one failure, one can be open.
                select distinct on (subject) id, subject from wanted order by subject, id desc
            ), moved as (
                update dead_letter as l set state = 'open', closed_at = null, closed_by = null, closing = null,
                    opened_at = null
                from newest n
                where l.id = n.id and not exists (
                    select from dead_letter o where o.subject = n.subject and o.state in ('open', 'replaying'))
                returning l.id
            )
            select id, 0::bigint from moved
            union all
            select null, (select count(*) from wanted) - (select count(*) from moved)
            """
        ) { result in
            var moved = Moved()
            for row in result {
                if let id = try row[0, as: CanonicalID?.self] {
                    moved.letters.append(id)
                } else {
                    moved.taken = try row[1, as: Int.self]
                }
            }
            return moved
        }
    }

    /// Removes letters that ended long ago, oldest first, with their edits; what is about money stays.
    ///
    /// - Parameter limit: the most that are removed.
    public static func remove(olderThan age: Duration, limit: Int) -> Statement<Int> {
        .counting(
            """
            with old as materialized (
                select id from dead_letter
                where state in ('replayed', 'resolved', 'archived')
                    and closed_at < clock_timestamp() - \(SQL.interval(age)) and not \(isMoney)
                order by closed_at limit \(limit)
                for update skip locked
            ), edits as (
                delete from dead_letter_edit using old where dead_letter_edit.letter = old.id
            ), items as (
                delete from replay_item using old where replay_item.letter = old.id
            )
            delete from dead_letter using old where dead_letter.id = old.id
            """)
    }

    /// About money: by the kind of the record, by the type of the object, or a message of which nobody knows.
    static var isMoney: SQL {
        """
        (case when entity is not null then entity = any(\(money))
            when source in ('event', 'broker') then true
            else exists (
                select from connection c, jsonb_each(c.capabilities -> 'entities') as kind
                where c.id = dead_letter.connection and kind.key = any(\(money))
                    and kind.value ->> 'native_type' = dead_letter.native_type) end)
        """
    }
}
