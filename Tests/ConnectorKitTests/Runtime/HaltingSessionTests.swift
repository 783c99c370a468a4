import CanonicalModel
import SyncCore
import Synchronization
import Testing
import VendorHTTP

@testable import ConnectorKit

@Suite("A round of calls to a system that is out of order") struct HaltingSessionTests {
    /// A system that answers each call as it is told.
    private final class Scripted: VendorSession {
        let declaration = ConnectionDeclaration(
            id: ConnectionID("fsm"), vendor: "v", role: .fsm, baseURL: "http://127.0.0.1")
        let now = Instant(milliseconds: 0)
        private let answers: Mutex<[Result<Int, ConnectorFault>]>
        let calls = Mutex(0)

        init(_ answers: [Result<Int, ConnectorFault>]) { self.answers = Mutex(answers) }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            calls.withLock { $0 += 1 }
            let answer = answers.withLock { $0.isEmpty ? .success(200) : $0.removeFirst() }
            return HTTPResponse(status: try answer.get(), headers: HTTPHeaders(), body: [])
        }
    }

    private static func fault(_ failure: FailureClass) -> Result<Int, ConnectorFault> {
        .failure(ConnectorFault(failure, code: "c", message: "m", fix: "f"))
    }

    private let end = Instant(milliseconds: 1)

    private func codes(_ session: HaltingSession, _ count: Int) async -> [String] {
        var codes: [String] = []
        for _ in 0..<count {
            do throws(ConnectorFault) {
                codes.append("\(try await session.send(VendorRequest(.get, "/"), isSafe: true).status)")
            } catch {
                codes.append(error.code)
            }
        }
        return codes
    }

    @Test("Three failures in a row end it: the rest is not sent, and nobody wonders what became of it")
    func halts() async {
        let system = Scripted([Self.fault(.transient), .success(503), Self.fault(.unknownOutcome)])
        let codes = await codes(HaltingSession(system, during: LaneTerm(until: end)), 6)
        #expect(codes == ["c", "503", "c", "round_halted", "round_halted", "round_halted"])
        #expect(system.calls.withLock(\.self) == 3)
    }

    @Test("An answer between failures, refusals for the content and limits end nothing")
    func goesOn() async {
        let system = Scripted(
            [.success(500), .success(401), .success(200), .success(500), .success(500), .success(422)]
                + [Self.fault(.rateLimited), .success(429), .success(500)])
        #expect(await codes(HaltingSession(system, during: LaneTerm(until: end)), 10).contains("round_halted") == false)
        #expect(system.calls.withLock(\.self) == 10)
    }

    @Test("Once the lanes' term is over nothing is sent any more that changes something; what only reads is")
    func over() async {
        let system = Scripted([])
        let session = HaltingSession(system, during: LaneTerm(until: system.now))
        let fault = await #expect(throws: ConnectorFault.self) {
            try await session.send(VendorRequest(.post, "/"), isSafe: false)
        }
        #expect(fault?.code == "round_halted" && fault?.message.contains("lease") == true)
        #expect(await codes(session, 1) == ["200"])
        #expect(system.calls.withLock(\.self) == 1)
    }
}
