import CanonicalModel
import SandboxKit
import SandboxSupport
import SyncCore
import SystemSupport

/// Puts records into imitated vendors, as if they had always been there.
enum Seeding {
    /// - Returns: the ids, in the same order.
    static func seed(_ client: SandboxClient, _ records: [JSON]) async throws -> [String] {
        let answer = try await client.control("POST", "seed", ["records": .array(records)])
        let ids = answer["ids"]?.arrayValue?.compactMap { $0.stringValue ?? $0.intValue.map(String.init) } ?? []
        guard ids.count == records.count else {
            throw SandboxControlError("only \(ids.count) of \(records.count) records were taken")
        }
        return ids
    }

    /// An object that stands for a customer.
    static func key(_ connection: ConnectionID, _ type: String, _ id: String) -> LinkKey {
        LinkKey(connection: connection, native: NativeReference(type: type, id: id), entity: .customer)
    }
}

extension NativeSystem {
    /// The adapter that speaks to it.
    var adapter: SystemService {
        switch self {
        case .crm: .crmAdapter
        case .fsm: .fsmAdapter
        case .ledger: .ledgerAdapter
        }
    }

    /// Its API and its control API.
    func client(of system: RunningSystem) -> SandboxClient {
        switch self {
        case .crm: system.hubspot
        case .fsm: system.jobber
        case .ledger: system.quickbooks
        }
    }
}
