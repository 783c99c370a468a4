import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import SyncStore

/// One stream of a connection as it is polled: page after page while there is room for what they name.
struct StreamPoll: Sendable {
    /// The name of its loop.
    let name: String
    private let session: any VendorSession
    private let stream: PollStream
    private let loop: PollLoop
    private let reading: WorkSignal
    private let board: LoopBoard
    private let pool: PostgresPool
    private let pause: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// The next page is asked for when fewer objects than this are due to be read.
    private static let room = 100

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - reading: wakes whoever reads what was named.
    ///   - pause: waits, by default by the clock of this machine.
    init(
        connector: any Connector, session: any VendorSession, store: any AdapterStore, stream: PollStream,
        reading: WorkSignal, board: LoopBoard, pool: PostgresPool,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, logger: Logger
    ) {
        name = Self.name(of: stream, session.declaration.id)
        self.session = session
        self.stream = stream
        loop = PollLoop(connector: connector, session: session, store: store, stream: stream)
        self.reading = reading
        self.board = board
        self.pool = pool
        self.pause = pause
        self.logger = logger
    }

    /// The name of a stream's loop.
    static func name(of stream: PollStream, _ connection: ConnectionID) -> String {
        "poll/\(connection)/\(stream.name)"
    }

    /// Asks for what there is; the stream's next turn goes on from where the cursor stands then.
    ///
    /// A failure is noted on the board and in the log, and shown by the connection's circuit where it is the connection's.
    func turn() async throws {
        guard try await pool.run(Circuits.mayCall(session.declaration.id, .reading)) else {
            // The circuit, or whoever has paused the connection, answers for it.
            board.ran(name)
            return
        }
        do {
            try await askForPages()
            await note(.answered)
        } catch let error as StoreError where error.code == .checkpointMoved {
            // Another replica was quicker; its marks are there.
            board.ran(name)
        } catch let error as ConnectorFault {
            let fault = session.redacted(error)
            tell(fault)
            await note(CircuitSignal(fault))
        }
        reading.fire()
    }

    private func askForPages() async throws {
        while true {
            let turn = try await loop.round()
            reading.fire()
            // A round that never ends must not seem well for each of its pages.
            if turn.fault == nil { board.ran(name) }
            switch turn.next {
            case .end: return
            case .more:
                guard try await hasRoom() else {
                    logger.info(
                        "A poll goes on at its next turn, since what it has named is not read yet",
                        metadata: ["stream": "\(stream.name)"])
                    return
                }
            case .anew(let time):
                if let fault = turn.fault { tell(session.redacted(fault)) }
                try await pause(time)
                guard turn.fault == nil else { return }
            }
        }
    }

    private func tell(_ fault: ConnectorFault) {
        board.failed(name, "\(fault.message) (\(fault.fix))")
        logger.warning(
            "A poll failed",
            metadata: [
                "stream": "\(stream.name)", "error.code": "\(fault.code)", "error": "\(fault.message)",
                "fix": "\(fault.fix)",
            ])
    }

    /// Writes down what a poll has shown of the connection; a poll that fails to will show it again.
    private func note(_ signal: CircuitSignal) async {
        _ = try? await pool.run(signal.statements(for: session.declaration.id, .reading, isProbe: false))
    }

    /// Waits until what a page has named is mostly read, so that no change of this moment is read behind a long list.
    ///
    /// - Returns: whether it is; if not, the next turn goes on from where the cursor stands.
    private func hasRoom() async throws -> Bool {
        for _ in 0..<150 {
            let due = try await pool.run(DirtyTable.due(of: session.declaration.id, upTo: Self.room))
            if due < Self.room { return true }
            try await pause(.milliseconds(100))
        }
        return false
    }
}
