internal import CanonicalModel
internal import SyncStore

extension AdapterStore {
    /// Does something that may take long and prolongs the lanes meanwhile, from their claim to the commit of what came of
    /// it: a commit may wait as long as a vendor's answer.
    ///
    /// A lane that was lost all the same is noticed by whoever commits, and by the term before that.
    ///
    /// - Parameters:
    ///   - claimed: when the claim began.
    ///   - now: the clock by which the term is reckoned.
    func holding<Value: Sendable>(
        _ lanes: [Lane], claimed: Instant, now: @escaping @Sendable () -> Instant,
        _ body: (LaneTerm) async throws -> Value
    ) async throws -> Value {
        let term = LaneTerm(until: claimed.advanced(by: laneLease))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await prolong(lanes, term, now) }
            defer { group.cancelAll() }
            return try await body(term)
        }
    }

    /// Prolongs lanes until it is cancelled, or until one of them is lost or given back.
    private func prolong(_ lanes: [Lane], _ term: LaneTerm, _ now: @Sendable () -> Instant) async {
        var pause = laneLease / 3
        while !Task.isCancelled {
            // Cancelled means that it is done.
            guard (try? await self.pause(for: pause)) != nil else { return }
            let asked = now()
            do {
                try await extend(lanes)
                term.prolong(until: asked.advanced(by: laneLease))
                pause = laneLease / 3
            } catch is StoreError {
                return term.cutShort()
            } catch {
                // The store may be back before the lease runs out.
                pause = laneLease / 20
            }
        }
    }
}
