import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore

extension CircuitSignal {
    /// What is to be written of a connection.
    ///
    /// - Parameter isProbe: whether the calls were made to find out whether the system answers again.
    func statements(
        for connection: ConnectionID, _ direction: Circuits.Direction, isProbe: Bool
    ) -> [Statement<Void>] {
        switch self {
        case .answered: [Circuits.answered(connection, direction)]
        case .failed(let fault):
            [
                Circuits.failed(
                    connection, direction, .init(fault.failureClass, text: fault.message, fix: fault.fix),
                    isProbe: isProbe, settings: .standard(for: fault.failureClass), spread: .random(in: 0..<1))
            ]
        case .silent: isProbe ? [Circuits.untested(connection, direction)] : []
        }
    }
}
