/// How a process reaches its store.
struct ProcessAccess: StoreAccess {
    let world: World
    let process: ServiceProcess
    let incarnation: Int

    init(_ world: World, _ process: ServiceProcess) {
        self.world = world
        self.process = process
        incarnation = process.incarnation
    }

    func request() async throws {
        try await world.step(process, incarnation, within: 200...4_000)
        if world.isActive(.storeAway) { throw StoreAway() }
    }

    func answer() async throws {
        // Most answers are there before anything else happens.
        guard world.random.chance(0.3) else { return }
        try await world.step(process, incarnation, within: 50...3_000)
        if world.isActive(.commitsUnknown), world.random.chance(0.3) { throw StoreAway() }
    }

    func pause(for duration: Duration) async throws {
        try await world.pause(process, incarnation, for: duration.wholeMicroseconds)
    }
}

extension World: @unchecked Sendable {}
extension ServiceProcess: @unchecked Sendable {}
