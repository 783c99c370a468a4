import CanonicalModel
import ConnectorKit
import SyncStore

/// One replica of a service.
final class ServiceProcess {
    /// What it is a replica of.
    enum Kind: Hashable {
        case router
        case adapter(Role)
    }

    /// What a process does over and over again.
    enum Work: Int, CaseIterable {
        case ingest
        case egress
        case consume
        case neutralise
    }

    /// Where one kind of work stands.
    struct Standing {
        var isRunning = false
        var armedAt: Int64?
    }

    let kind: Kind
    let replica: Int
    /// Counts its lives.
    var incarnation = 0
    var isAlive = false
    /// Until when it is stopped without knowing it.
    var sleepsUntil: Int64 = 0
    /// How often it was stopped.
    var sleeps = 0
    /// How often it had been when its present round of sending began.
    var sleepsAtRound = 0
    /// How often it has gone to its store or to a vendor.
    var steps = 0
    /// How often it has begun to send a write.
    var sends = 0
    var standing = [Standing](repeating: Standing(), count: Work.allCases.count)
    var tasks: [UInt64: Task<Void, Never>] = [:]
    /// What its present round of reading has shown it.
    var shown: [Int] = []
    /// What it has been handed by the broker and has not acknowledged.
    var unacknowledged: [MemoryMessage] = []
    /// What the broker has confirmed and nobody has marked yet.
    var confirmed: [MessageKey] = []
    /// The loops of its present life, for an adapter.
    var adapter: AdapterParts?
    var router: MemoryRouter?

    init(_ kind: Kind, replica: Int) {
        self.kind = kind
        self.replica = replica
    }

    var role: Role? { if case .adapter(let role) = kind { role } else { nil } }

    var name: String {
        switch kind {
        case .router: "router-\(replica)"
        case .adapter(let role): "\(role.rawValue)-adapter-\(replica)"
        }
    }

    subscript(_ work: Work) -> Standing {
        get { standing[work.rawValue] }
        set { standing[work.rawValue] = newValue }
    }
}

/// What an adapter's process runs: the product's own loops on the store in memory.
struct AdapterParts {
    let connector: SimulatedConnector
    let session: SimulatedSession
    let store: MemoryAdapterStore
    let ingest: IngestLoop
    let egress: EgressLoop
    let poll: PollLoop
}
