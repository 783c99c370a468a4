import CanonicalModel
import ConnectorKit
import Logging
import ServiceKit
import ServiceLifecycle

/// Waits, in an adapter that has no connection, for the declaration of the first one.
///
/// Its end ends the process in good order; whoever supervises it starts it again, now with the connection. So a whole
/// installation can be started before the first connection is declared. Until then the adapter is not ready, and says why.
/// A declaration with faults ends the wait too: the next start tells them all.
struct AwaitedConnection: Service {
    let directory: String
    let role: CanonicalModel.Role
    let logger: Logger
    var pause: Duration = .seconds(2)

    /// Reports that nothing is declared.
    var check: HealthCheck {
        HealthCheck("connections", every: .seconds(60)) { throw NothingDeclared(directory: directory, role: role) }
    }

    func run() async throws {
        logger.notice("No connection is declared; waiting for one", metadata: ["folder": "\(directory)"])
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: pause)
                guard isDeclared else { continue }
                logger.notice("A connection was declared; ending, to be started again with it")
                return
            }
        }
    }

    private var isDeclared: Bool {
        do {
            return try !ConnectionFolder.load(directory, role: role).isEmpty
        } catch {
            return true
        }
    }
}

/// Why an adapter without connections is not ready.
struct NothingDeclared: Error, CustomStringConvertible {
    let directory: String
    let role: CanonicalModel.Role

    var description: String {
        "no connection of the role \(role.rawValue) is declared in \(directory); put its file there, and the adapter begins with it"
    }
}
