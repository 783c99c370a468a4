internal import CanonicalModel
internal import SyncCore
internal import Synchronization
internal import VendorHTTP

/// The session of one round of calls, which ends early when the system itself is at fault, or the lanes are lost.
///
/// After a few failures in a row the rest of the round is not sent any more: a system that does not answer would take the
/// whole time-out for each of the others. And what changes something is not sent by whom others may have replaced: by a
/// process that was stopped, or could not prolong its lanes.
final class HaltingSession: VendorSession {
    private let session: any VendorSession
    private let term: LaneTerm
    private let failures = Mutex(0)

    /// The code of what was not sent.
    static let code = "round_halted"
    /// How many failures in a row end a round.
    static let patience = 3

    init(_ session: any VendorSession, during term: LaneTerm) {
        self.session = session
        self.term = term
    }

    var declaration: ConnectionDeclaration { session.declaration }
    var now: Instant { session.now }
    func redacted(_ fault: ConnectorFault) -> ConnectorFault { session.redacted(fault) }

    func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
        guard failures.withLock({ $0 < Self.patience }) else {
            throw Self.halted(
                "it was not sent, since the calls before it have failed", "it is sent once the system answers")
        }
        guard isSafe || !term.isOver(at: now) else {
            throw Self.halted("it was not sent, since its lease has run out", "whoever holds the lease sends it")
        }
        do {
            let response = try await session.send(request, isSafe: isSafe)
            note(isFailure: response.status >= 500 || response.status == 401)
            return response
        } catch {
            if case .failed = CircuitSignal(error) { note(isFailure: true) }
            throw error
        }
    }

    private func note(isFailure: Bool) {
        failures.withLock { $0 = isFailure ? $0 + 1 : 0 }
    }

    private static func halted(_ message: String, _ outlook: String) -> ConnectorFault {
        ConnectorFault(.transient, code: code, message: message, fix: "nothing to do: \(outlook)")
    }
}
