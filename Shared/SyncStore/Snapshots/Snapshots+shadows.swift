public import CanonicalModel
internal import Crypto
public import SyncCore

extension Snapshots.Entry {
    /// What an object shows as an entity; its digest is over the fields' bytes, so that equal fields give equal digests.
    public init(
        _ shadow: Shadow, of native: NativeReference, as entity: EntityKind, record: CanonicalID?
    ) throws(CodingFault) {
        let body = try ShadowCoding.encode(shadow, of: entity)
        self.init(
            native: native, record: record, readAt: shadow.readAt, digest: Array(SHA256.hash(data: body)), body: body)
    }
}
