import CanonicalModel
import ConnectorKit
import SyncCore
import VendorHTTP

/// The way of one process to a modelled vendor, on which requests and answers are lost.
struct SimulatedSession: VendorSession {
    let world: World
    let process: ServiceProcess
    let incarnation: Int
    let vendor: SimulatedVendor

    var declaration: ConnectionDeclaration { vendor.profile.declaration }
    var now: Instant { world.now }

    func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

    func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
        do {
            let number = Self.number(request.path.utf8.dropFirst()) ?? 0
            if !isSafe { world.sleepAtSend(process) }
            // Whoever sleeps here sends what it had ready long ago.
            try await world.step(process, incarnation, within: 50...500)
            switch world.fate(of: vendor) {
            case .refused:
                try await world.step(process, incarnation, within: 500...20_000)
                return HTTPResponse(status: 503)
            case .carriedOut(let after, let isAnswered, let slowBy):
                let answer = world.transmit(number, to: vendor, after: after, isLate: process.hasSlept)
                if !isSafe { world.killAtSend(process) }
                guard isAnswered else { throw try await timeOut(isSafe) }
                try await world.step(process, incarnation, within: after + slowBy + 500...after + slowBy + 20_000)
                guard let answer = answer.number else { throw try await timeOut(isSafe) }
                process.shown += vendor.states(in: answer)
                return HTTPResponse(status: 200, body: Array("\(answer)".utf8))
            case .lost:
                throw try await timeOut(isSafe)
            }
        } catch let fault as ConnectorFault {
            throw fault
        } catch {
            throw isSafe ? Self.noAnswer : Self.unknown
        }
    }

    private func timeOut(_ isSafe: Bool) async throws -> ConnectorFault {
        // Either nothing comes, or the connection breaks.
        try await world.step(
            process, incarnation, within: world.random.chance(0.5) ? 30_000_000...30_000_000 : 1_000...2_000_000)
        return isSafe ? Self.noAnswer : Self.unknown
    }

    static func number(_ text: some Sequence<UInt8>) -> Int? {
        var number = 0
        for byte in text {
            guard (48...57).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 48)
        }
        return number
    }

    private static let noAnswer = ConnectorFault(.transient, code: "time_out", message: "no answer", fix: "wait")
    private static let unknown = ConnectorFault(.unknownOutcome, code: "time_out", message: "no answer", fix: "wait")
}

/// The answer to a request, once the vendor has given it.
final class PendingAnswer {
    var number: Int?
}

extension PendingAnswer: @unchecked Sendable {}
