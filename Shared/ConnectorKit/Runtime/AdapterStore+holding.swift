internal import SyncStore

extension AdapterStore {
    /// Does something that may take long and prolongs the lanes meanwhile, from their claim to the commit of what came of
    /// it: a commit may wait as long as a vendor's answer.
    ///
    /// A lane that was lost all the same is noticed by whoever commits.
    func holding<Value: Sendable>(_ lanes: [Lane], _ body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await prolong(lanes) }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Prolongs lanes until it is cancelled, or until one of them is lost or given back.
    private func prolong(_ lanes: [Lane]) async {
        var pause = laneLease / 3
        while !Task.isCancelled {
            // Cancelled means that it is done.
            guard (try? await self.pause(for: pause)) != nil else { return }
            do {
                try await extend(lanes)
                pause = laneLease / 3
            } catch is StoreError {
                return
            } catch {
                // The store may be back before the lease runs out.
                pause = laneLease / 20
            }
        }
    }
}
