import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import ServiceLifecycle
import SyncCore
import SyncStore

/// Makes in an account what a connection needs there, before anything is read or written: nothing is written where our id
/// cannot be kept.
struct AccountPreparation: Sendable {
    let connector: any Connector
    let session: any VendorSession
    let pool: PostgresPool
    let logger: Logger
    /// Lets time pass.
    var pause: @Sendable (Duration) async -> Void = { time in
        await cancelWhenGracefulShutdown { try? await Task.sleep(for: time) }
    }

    /// How often an account is looked for that nobody has connected yet: it costs a row of our own.
    private static let consentPause = Duration.seconds(1)

    /// Prepares the account, and goes on trying; what is in the way opens the circuit for writing, which a success closes.
    ///
    /// While nobody has connected the account yet, that is no failure: the vendor is not asked, and it goes on within a
    /// moment of somebody's consent, wherever that was taken.
    ///
    /// - Returns: false when the process was told to stop before.
    func run() async -> Bool {
        var failures = 0
        var isAwaiting = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do throws(ConnectorFault) {
                try await connector.prepareAccount(webhookURL: nil, session: session)
                try? await pool.run(Circuits.answered(session.declaration.id, .writing))
                return true
            } catch {
                let fault = session.redacted(error)
                if fault.code == AccountTokens.notAuthorised {
                    if !isAwaiting {
                        logger.notice(
                            "A connection waits until somebody connects it", metadata: ["fix": "\(fault.fix)"])
                    }
                    isAwaiting = true
                    await pause(Self.consentPause)
                    continue
                }
                failures += 1
                logger.warning(
                    "An account could not be prepared",
                    metadata: ["error.code": "\(fault.code)", "error": "\(fault.message)", "fix": "\(fault.fix)"])
                await note(fault)
                await pause(min(Duration.milliseconds(200 * (1 << min(failures, 8))), .seconds(30)))
            }
        }
        return false
    }

    private func note(_ fault: ConnectorFault) async {
        // Whatever the class: a replica whose credentials are wrong must not hold up for long the others, whose are right.
        let settings = Circuits.Settings.standard(for: .transient)
        try? await pool.run(
            Circuits.failed(
                session.declaration.id, .writing,
                .init(
                    fault.failureClass, text: "the account could not be prepared: \(fault.message)", fix: fault.fix),
                settings: settings))
    }
}
