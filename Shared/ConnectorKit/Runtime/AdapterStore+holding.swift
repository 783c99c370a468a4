internal import SyncStore

extension AdapterStore {
    /// Does something that may take long and prolongs the lanes meanwhile.
    ///
    /// A lane that was lost all the same is noticed by whoever commits what came of it.
    func holding<Value: Sendable>(_ lanes: [Lane], _ body: () async -> Value) async -> Value {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    do {
                        try await Task.sleep(for: laneLease / 3)
                        try await extend(lanes)
                    } catch {
                        // Cancelled: it is done. Lost: the commit says so.
                        return
                    }
                }
            }
            let value = await body()
            group.cancelAll()
            return value
        }
    }
}
