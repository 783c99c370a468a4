import CanonicalModel
import Glibc
import SandboxKit
import SandboxSupport
import SyncCore
import SystemSupport

/// Companies in HubSpot and clients in Jobber that are linked already, as an earlier sync would have left them.
struct LinkedCompanies {
    let system: RunningSystem

    /// Makes them.
    ///
    /// - Returns: the ids of the companies.
    func link() async throws -> [String] {
        // Nobody may find one half of a pair before the links are there.
        let processes = [SystemService.crmAdapter, .fsmAdapter].flatMap { service in
            (0..<system.replicas(of: service)).map { (service, $0) }
        }
        for (service, replica) in processes { try await system.kill(service, replica: replica, by: SIGTERM) }
        var pairs: [[LinkKey]] = []
        for start in stride(from: 0, to: Estate.size, by: 1000) {
            let numbers = start..<start + 1000
            let companies = try await system.hubspot.control(
                "POST", "seed",
                [
                    "records": .array(
                        numbers.map { ["type": "companies", "properties": ["name": .string("Company \($0)")]] })
                ])
            let clients = try await system.jobber.control(
                "POST", "seed",
                [
                    "records": .array(
                        numbers.map {
                            ["type": "Client", "fields": ["companyName": .string("Client \($0)"), "isCompany": true]]
                        })
                ])
            pairs += zip(ids(companies), ids(clients)).map { company, client in
                [key("hubspot", "company", company), key("jobber", "client", client)]
            }
        }
        guard pairs.count == Estate.size else { throw BenchFailure("the vendors took only \(pairs.count) records") }
        _ = try await Estate(pool: system.pool).link(pairs, fields: [:])
        for (service, replica) in processes { try await system.restart(service, replica: replica) }
        return pairs.map { $0[0].native.id }
    }

    private func key(_ connection: String, _ type: String, _ id: String) -> LinkKey {
        LinkKey(
            connection: ConnectionID(connection), native: NativeReference(type: type, id: id), entity: .customer)
    }

    private func ids(_ answer: JSON) -> [String] {
        answer["ids"]?.arrayValue?.compactMap { $0.stringValue ?? $0.intValue.map(String.init) } ?? []
    }
}
