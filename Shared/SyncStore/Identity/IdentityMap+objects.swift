public import CanonicalModel
internal import Postgres

/// What an object stands for, whatever it is seen as.
extension IdentityMap {
    /// The active links of an object: one for each entity that it is.
    public static func find(_ native: NativeReference, in connection: ConnectionID) -> Statement<[Place]> {
        Statement(
            """
            select record, connection, entity from link
            where connection = \(connection) and native_type = \(native.type) and native_id = \(native.id)
                and state = 'active'
            """
        ) { try Place.set($0).sorted() }
    }
}
