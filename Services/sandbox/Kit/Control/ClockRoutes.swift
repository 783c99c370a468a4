/// Reading and pushing the time of all sandboxes of the process.
struct ClockRoutes {
    let stage: SandboxStage

    func answer(_ request: SandboxRequest, _ path: String) throws -> JSON {
        let clock = stage.clock
        switch (request.method, path) {
        case ("GET", "clock"): break
        case ("POST", "clock/set"):
            let body = try request.json()
            let text = try body.requiredString("now")
            guard let instant = SandboxInstant(iso8601: text) else {
                throw SandboxControlError("now must be an ISO 8601 time such as 2026-11-21T08:00:00Z, not \(text)")
            }
            clock.set(instant, frozen: try body.optionalBool("frozen") ?? false)
        case ("POST", "clock/advance"):
            guard let milliseconds = try request.json().optionalInt("milliseconds") else {
                throw SandboxControlError("milliseconds is missing")
            }
            clock.advance(milliseconds: Int64(milliseconds))
        case ("POST", "clock/run"): clock.run()
        default: throw ControlProblem.noRoute(request)
        }
        return [
            "now": .string(clock.now().iso8601), "mode": .string(clock.isFrozen ? "frozen" : "running"),
            "offsetMilliseconds": .int(Int(clock.offset)),
        ]
    }
}
