import CanonicalModel
import Postgres
import SyncCore
import SyncStore

/// Reads what a decision asks for, under locks.
struct WorkingSetLoader {
    let transaction: PostgresTransaction
    private(set) var set = WorkingSet()
    /// The records as they are in the database.
    private(set) var stored: [CanonicalID: RecordState] = [:]
    /// The links that the decision was made with.
    private(set) var storedLinks: Set<LinkKey> = []

    init(transaction: PostgresTransaction) {
        self.transaction = transaction
    }

    /// Takes in what the first round trip found, looks again under locks for the objects that were not found (two systems
    /// or two replicas may meet a new object at once), and locks the records.
    ///
    /// - Parameters:
    ///   - claims: the ids that objects bear.
    ///   - beginnings: the ids that records have which begin with objects; of those that are not linked they are looked for.
    mutating func noteLinks(
        _ links: [LinkKey: Link], of keys: Swift.Set<LinkKey>, claims: [LinkKey: CanonicalID],
        beginnings: [LinkKey: CanonicalID]
    ) async throws {
        var links = links
        let missing = keys.filter { links[$0] == nil }
        if !missing.isEmpty {
            // An object that bears the id of a record may become its place, for which work may begin to wait just now.
            let places = claims.filter { missing.contains($0.key) }.map { key, record in
                Place(record: record, connection: key.connection, entity: key.entity)
            }
            // A record may be made by an object that bears its id and by the one that it begins with, at once.
            let locks = IdentityMap.locks(
                objects: missing, places: places,
                externalIDs: Swift.Set(claims.values).union(missing.compactMap { beginnings[$0] }))
            let (_, found) = try await transaction.run(AdvisoryLock.take(locks), IdentityMap.find(missing))
            links.merge(found) { _, new in new }
        }
        take(links, of: keys)
        let records = Swift.Set(links.values.map(\.record)).union(claims.values)
        try await lock(records.union(keys.filter { links[$0] == nil }.compactMap { beginnings[$0] }))
    }

    /// Reads what is needed.
    mutating func load(_ needs: WorkingSet.Needs) async throws {
        if !needs.links.isEmpty {
            let locks = IdentityMap.locks(objects: needs.links)
            let (_, found) = try await transaction.run(AdvisoryLock.take(locks), IdentityMap.find(needs.links))
            take(found, of: needs.links)
        }
        if !needs.records.isEmpty { try await lock(needs.records) }
        if !needs.families.isEmpty { try await family(of: needs.families) }
    }

    private mutating func take(_ links: [LinkKey: Link], of keys: Swift.Set<LinkKey>) {
        for (key, link) in links where link.state != .pending { set.links[key] = link.record }
        set.known.links.formUnion(keys)
        storedLinks.formUnion(links.keys)
    }

    private mutating func lock(_ ids: Swift.Set<CanonicalID>) async throws {
        var wanted = ids
        // A record that was merged while we waited points to the one that goes on.
        for _ in 0..<8 where !wanted.isEmpty {
            // A record is never sent without knowing which of its fields wait for a decision.
            let (found, places, proposals) = try await transaction.run(
                Records.lock(wanted), IdentityMap.places(of: wanted), Proposals.openKeys(of: wanted))
            set.openProposals.formUnion(proposals)
            for record in found.records {
                stored[record.id] = record
                set.records[record.id] = record
            }
            for (source, target) in found.redirects { set.redirects[source] = target }
            for link in places {
                guard let native = link.native else { continue }
                set.places[link.record, default: [:]][link.connection] = native
            }
            set.known.records.formUnion(wanted)
            wanted = Swift.Set(found.redirects.values).subtracting(set.known.records)
        }
    }

    private mutating func family(of ids: Swift.Set<CanonicalID>) async throws {
        let (effects, children) = try await transaction.run(Effects.caused(by: ids), Records.children(of: ids))
        set.effects.merge(effects) { _, new in new }
        for child in children {
            set.children[.init(parent: child.parent, entity: child.entity), default: []].insert(child.child)
        }
        set.known.families.formUnion(ids)
    }
}
