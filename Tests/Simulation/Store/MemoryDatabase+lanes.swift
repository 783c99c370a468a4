import CanonicalModel
import SyncStore

/// Leases on native objects, each with an epoch.
extension MemoryDatabase {
    func isFree(_ key: LaneKey, ceiling: Duration) -> Bool {
        guard let held = lanes[key] else { return true }
        return held.until.advanced(by: ceiling) < now
    }

    /// Takes a lane that is free.
    func take(_ key: LaneKey, lease: Duration) -> Lane {
        lastEpoch += 1
        lanes[key] = HeldLane(epoch: lastEpoch, until: now.advanced(by: lease))
        return Lane(key: key, epoch: lastEpoch)
    }

    /// Demands that lanes are held.
    func check(_ lanes: some Sequence<Lane>) throws(StoreError) {
        guard !omitted.contains(.epochCheck) else { return }
        for lane in lanes {
            guard let held = self.lanes[lane.key], held.epoch == lane.epoch, held.until > now else {
                throw StoreError(.laneLost, "the lease of a lane was lost")
            }
        }
    }

    func extend(_ lanes: [Lane], by lease: Duration) throws(StoreError) {
        try check(lanes)
        for lane in lanes where self.lanes[lane.key]?.epoch == lane.epoch {
            self.lanes[lane.key]?.until = now.advanced(by: lease)
        }
    }

    func release(_ lanes: some Sequence<Lane>) {
        for lane in lanes where self.lanes[lane.key]?.epoch == lane.epoch { self.lanes[lane.key] = nil }
    }
}
