/// What the histories say of the loss of both servers.
struct LostServersJudgement {
    let customers: LinkedCustomers
    /// The companies of which a webhook was acknowledged before the loss.
    let acknowledged: Set<String>

    func judge(_ changes: [NativeChange], _ states: NativeStates, since started: Int, _ report: inout DrillReport) {
        var arrivals: [String: [String]] = [:]
        for change in changes {
            if let name = customers.name(in: change) { arrivals[change.id, default: []].append(name) }
        }
        var wanted = 0
        var before = 0
        var missing = 0
        var missingAcknowledged = 0
        var again = 0
        var apart = 0
        for (company, client) in zip(customers.companies, customers.targets) {
            let name = states.record(.crm, "companies", company)?.text("name")
            if name != states.record(.fsm, "Client", client)?.text("companyName") { apart += 1 }
            guard let name, name.contains(" n") else { continue }
            wanted += 1
            if acknowledged.contains(company) { before += 1 }
            let count = arrivals[client]?.count { $0 == name } ?? 0
            if count == 0 {
                missing += 1
                if acknowledged.contains(company) { missingAcknowledged += 1 }
            }
            again += max((arrivals[client]?.count ?? 0) - 1, 0)
        }
        let companies = Set(customers.companies)
        let times = changes.filter { $0.system == .crm && !$0.isOurs && $0.operation == "update" }
            .filter { companies.contains($0.id) }.map(\.time)
        let seconds = Double((times.last ?? 0) - (times.first { $0 > started } ?? 0)) / 1e9
        report.note("changes in the CRM", Double(wanted))
        report.note(
            "changes a second, as the CRM wrote them down",
            Double(times.count { $0 > started }) / max(seconds, 0.001), "/s")
        report.note("acknowledged before the loss", Double(before))
        report.expect("acknowledged changes that did not arrive", Double(missingAcknowledged), atMost: 0)
        report.expect("changes that did not arrive", Double(missing), atMost: 0)
        report.expect("changes that were written twice", Double(again), atMost: 0)
        report.expect("customers on which the systems do not agree", Double(apart), atMost: 0)
    }
}
