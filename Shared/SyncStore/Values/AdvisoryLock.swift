public import CanonicalModel
internal import Postgres
public import SyncCore

/// A lock on something that may have no row yet, held to the end of the transaction.
///
/// Whoever makes a link, and whoever parks something until there is one, locks the same names first and looks again
/// afterwards; so neither can miss the other. All locks of a transaction should be taken by one call of `take`: it takes
/// them in one order, so that two transactions never wait for each other.
public struct AdvisoryLock: Hashable, Sendable, Comparable {
    let number: Int64

    /// A native object, seen as an entity.
    public static func object(_ key: LinkKey) -> AdvisoryLock {
        named("object", key.connection.name, key.native.type, key.native.id, key.entity.rawValue)
    }

    /// A record's place in a connection.
    public static func place(_ record: CanonicalID, in connection: ConnectionID) -> AdvisoryLock {
        named("place", record.description, connection.name)
    }

    /// Our id as objects bear it in a field of theirs.
    public static func externalID(_ id: CanonicalID) -> AdvisoryLock {
        named("external", id.description)
    }

    /// Something else that only one transaction at a time may do.
    public static func named(_ words: String...) -> AdvisoryLock {
        // FNV-1a over the words with their lengths. Two names that meet in one number only wait for each other.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for word in words {
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
            hash = (hash ^ UInt64(word.utf8.count)) &* 0x100_0000_01b3
        }
        return AdvisoryLock(number: Int64(bitPattern: hash))
    }

    /// Orders by number: the order in which locks are taken.
    public static func < (left: AdvisoryLock, right: AdvisoryLock) -> Bool { left.number < right.number }

    /// Takes the locks, and waits for each as long as another transaction holds it.
    ///
    /// What was read before must be read again by a later statement, which sees what the others have committed.
    public static func take(_ locks: some Sequence<AdvisoryLock>) -> Statement<Void> {
        let numbers = Set(locks).sorted().map(\.number)
        // Every schema has locks of its own; the exclusive or keeps one order within each.
        return Statement(
            """
            select pg_advisory_xact_lock(number # hashtextextended(current_schema(), 0))
            from unnest(\(numbers)) as given(number)
            """)
    }

    /// Takes a lock that others may share.
    static func share(_ lock: AdvisoryLock) -> Statement<Void> {
        Statement("select pg_advisory_xact_lock_shared(\(lock.number) # hashtextextended(current_schema(), 0))")
    }
}
