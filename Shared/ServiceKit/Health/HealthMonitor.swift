internal import Logging
public import ServiceLifecycle
internal import Synchronization

/// Runs a service's health checks in the background and remembers their answers.
///
/// A request to `/health/ready` reads the last answers and never waits, so probing a service costs its database nothing
/// and cannot hang. A check that does not answer in time counts as failing.
///
/// Put it last among the services of a group: it is then the first to hear of a shutdown and says so.
public final class HealthMonitor: Service, CustomStringConvertible {
    private struct State {
        var isPassing = false
        var since: Int64
        var reason: String? = "not checked yet"
        var startedAt: Int64?
    }

    /// Its name in logs.
    public let description = "health monitor"
    private let service: String
    private let checks: [HealthCheck]
    private let patience: Duration
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let states: Mutex<[String: State]>
    private let stopping = Mutex(false)

    /// Makes a monitor.
    ///
    /// - Parameters:
    ///   - checks: what the service needs; names must differ.
    ///   - patience: how long a check may take.
    public convenience init(service: String, checks: [HealthCheck], patience: Duration = .seconds(5)) {
        self.init(
            service: service, checks: checks, patience: patience, logger: Logger(label: "health"),
            now: { UTCTimestamp.now() })
    }

    init(
        service: String, checks: [HealthCheck], patience: Duration, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.service = service
        self.checks = checks
        self.patience = patience
        self.logger = logger
        self.now = now
        let start = now()
        states = Mutex(Dictionary(uniqueKeysWithValues: checks.map { ($0.name, State(since: start)) }))
    }

    /// The newest answers.
    public func report() -> HealthReport {
        let now = now()
        let states = states.withLock { $0 }
        let entries = checks.map { check in
            let state = states[check.name] ?? State(since: now)
            return entry(check, state, now)
        }
        return HealthReport(service: service, isStopping: stopping.withLock { $0 }, entries: entries)
    }

    /// Runs the checks until the group shuts down.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown { [self] in
                await withDiscardingTaskGroup { group in
                    for check in checks {
                        group.addTask { await self.repeatedly(check) }
                    }
                    // A service without checks stays in the group, too.
                    group.addTask { _ = try? await Task.sleep(for: .seconds(86400 * 365 * 100)) }
                }
            }
        } onGracefulShutdown: { [self] in
            stopping.withLock { $0 = true }
        }
    }

    private func repeatedly(_ check: HealthCheck) async {
        while !Task.isCancelled {
            let isPassing = await run(check)
            // Until all is well, look again soon: readiness is what others wait for at a start.
            try? await Task.sleep(for: isPassing ? check.interval : min(check.interval, .milliseconds(200)))
        }
    }

    private func run(_ check: HealthCheck) async -> Bool {
        let start = now()
        states.withLock { $0[check.name]?.startedAt = start }
        var reason: String?
        do {
            try await check.probe()
        } catch {
            if Task.isCancelled { return false }
            reason = "\(error)"
        }
        let end = now()
        let changed = states.withLock { states in
            guard var state = states[check.name] else { return false }
            let isFirst = state.reason == "not checked yet"
            let changed = state.isPassing != (reason == nil)
            if changed || isFirst { state.since = end }
            state.isPassing = reason == nil
            state.reason = reason
            state.startedAt = nil
            states[check.name] = state
            return changed || isFirst
        }
        if changed { tell(check, reason) }
        return reason == nil
    }

    private func tell(_ check: HealthCheck, _ reason: String?) {
        if let reason {
            logger.warning("A health check fails", metadata: ["check": "\(check.name)", "error": "\(reason)"])
        } else {
            logger.info("A health check passes", metadata: ["check": "\(check.name)"])
        }
    }

    private func entry(_ check: HealthCheck, _ state: State, _ now: Int64) -> HealthReport.Entry {
        let limit = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
        if let startedAt = state.startedAt, now - startedAt > limit {
            let since = state.isPassing ? startedAt : state.since
            let reason = "no answer for \((now - startedAt) / 1000) s"
            return HealthReport.Entry(name: check.name, isPassing: false, since: since, reason: reason)
        }
        return HealthReport.Entry(
            name: check.name, isPassing: state.isPassing, since: state.since, reason: state.reason)
    }
}
