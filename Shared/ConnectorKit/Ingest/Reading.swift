internal import CanonicalModel
internal import SyncCore
internal import SyncStore

/// What reading a claim's objects brought, by the object that was asked for.
struct Reading {
    private(set) var observations: [NativeReference: [Observation]] = [:]
    private(set) var gone: Set<NativeReference> = []
    private(set) var merged: [NativeReference: [NativeReference]] = [:]
    private(set) var faults: [NativeReference: ConnectorFault] = [:]
    /// Why the whole call failed, where it did.
    private(set) var callFault: ConnectorFault?

    /// Reads the objects in bulk; the fault of one object stays with it, one of the whole call falls on all.
    init(_ claims: [DirtyTable.Claim], connector: any Connector, session: any VendorSession) async {
        let asked = Set(claims.map(\.native))
        do {
            for result in try await connector.read(asked.sorted(), session: session) {
                switch result {
                case .found(let object):
                    // A line item is answered by its quotes: they belong to whichever claim comes first.
                    let native = asked.contains(object.reference) ? object.reference : claims[0].native
                    observe(object, for: native, connector: connector)
                case .gone(let native):
                    gone.insert(native)
                case .merged(let native, let survivor):
                    merged[native, default: []].append(survivor.reference)
                    observe(survivor, for: native, connector: connector)
                }
            }
        } catch {
            callFault = error
            for native in asked { faults[native] = error }
        }
    }

    /// Every object and entity whose link and shadow matter.
    func keys(connection: ConnectionID) -> Set<LinkKey> {
        var keys: Set<LinkKey> = []
        for observation in observations.values.joined() {
            keys.insert(LinkKey(connection: connection, native: observation.native, entity: observation.entity))
        }
        for native in gone.union(merged.keys) {
            for entity in EntityKind.allCases {
                keys.insert(LinkKey(connection: connection, native: native, entity: entity))
            }
        }
        return keys
    }

    /// Our ids that objects bear.
    func externalIDs(connection: ConnectionID) -> [LinkKey: CanonicalID] {
        var ids: [LinkKey: CanonicalID] = [:]
        for observation in observations.values.joined() {
            ids[LinkKey(connection: connection, native: observation.native, entity: observation.entity)] =
                observation.externalID
        }
        return ids
    }

    private mutating func observe(_ object: NativeObject, for native: NativeReference, connector: any Connector) {
        do {
            observations[native, default: []] += try connector.observe(object)
        } catch {
            faults[native] = error
        }
    }
}
