import CanonicalModel
import Glibc
import SandboxKit
import SandboxSupport
import SystemSupport

/// The drill at the CRM, in which Plumbline creates nothing: as many updates, whose answers are lost.
extension LostAnswersTrial {
    private static let hubspot = ConnectionID("hubspot")
    private static let property = "plumbline_billing_terms"

    /// Half of the writes come to records that have got one a moment before.
    func updates(_ course: Course, _ report: inout DrillReport) async throws {
        let companies = max(count / 2, 1)
        let (commands, wanted) = try await linkedCompanies(companies, course)
        for (method, path) in [("PATCH", "/crm/v3/objects/companies/*"), ("POST", "/crm/v3/objects/*/batch/update")] {
            // One for certain, and each of the others by chance.
            for (probability, count) in [(1.0, 1), (Self.share, -1)] {
                try await course.client.control(
                    "POST", "faults",
                    [
                        "method": .string(method), "path": .string(path), "effect": ["kind": "lose-answer"],
                        "probability": .number(probability), "count": .int(count),
                    ])
            }
        }
        let start = ContinuousClock.now
        try await course.estate.send(commands)
        try await course.settling.quiet(within: Settling.patience(for: count))
        let seconds = (ContinuousClock.now - start).inSeconds
        try await course.client.control("DELETE", "faults")
        let writes = await course.chronicle.changes.filter { $0.isOurs && $0.fields[Self.property] != nil }
        judge(writes, wanted, &report)
        let kinds = await course.requests.kinds()
        report.note("hubspot: updates wanted", Double(commands.count))
        report.note("hubspot: objects written", Double(writes.count))
        report.note("hubspot: until all was settled", seconds, "s")
        report.expect(
            "hubspot: answers lost, each of many updates", Double(await course.requests.strikes("lose-answer")),
            atLeast: 1)
        report.remarks.append(
            "hubspot: a request updates many companies at once; requests: "
                + kinds.prefix(10).map { "\($0.count) \($0.kind)" }.joined(separator: ", "))
    }

    private func judge(_ writes: [NativeChange], _ wanted: [String: String], _ report: inout DrillReport) {
        var values: [String: [String]] = [:]
        for write in writes {
            if let value = write.fields[Self.property]?.stringValue { values[write.id, default: []].append(value) }
        }
        let lost = wanted.count { values[$0.key]?.last != $0.value }
        let older = values.reduce(0) { sum, record in
            // Once the newest value was there, nothing else may come.
            let newest = record.value.firstIndex { $0 == wanted[record.key] } ?? record.value.count
            return sum + record.value.dropFirst(newest + 1).count { $0 != wanted[record.key] }
        }
        report.expect("hubspot: companies without their newest value", Double(lost), atMost: 0)
        report.expect("hubspot: old values after the newest", Double(older), atMost: 0)
    }

    /// Companies that are known already, two commands for each, and the value that each shall have in the end.
    private func linkedCompanies(
        _ companies: Int, _ course: Course
    ) async throws -> (commands: [SyncCommand], wanted: [String: String]) {
        // Nobody may find a company before its link is there.
        try await course.system.kill(.crmAdapter, by: SIGTERM)
        var ids: [String] = []
        for start in stride(from: 0, to: companies, by: 1000) {
            ids += try await Seeding.seed(
                course.client,
                (start..<min(start + 1000, companies)).map {
                    ["type": "companies", "properties": ["name": .string("Company \($0)")]]
                })
        }
        let records = try await course.estate.records(
            .customer, ids.indices.map { ["name": .text("Company \($0)"), "billing_terms": .text(Self.terms($0, 2))] },
            version: 2, wantedAt: [Self.hubspot])
        try await course.estate.link(
            zip(records, ids).map { record, id in (record: record, places: [Seeding.key(Self.hubspot, "company", id)]) }
        )
        try await course.system.restart(.crmAdapter)
        let commands = [1, 2].flatMap { version in
            records.enumerated().map { number, record in
                course.estate.command(
                    .customer, record, at: Self.hubspot, version: Int64(version),
                    ["billing_terms": .text(Self.terms(number, version))], mayCreate: false)
            }
        }
        return (commands, Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, Self.terms($0, 2)) }))
    }

    private static func terms(_ number: Int, _ version: Int) -> String { "Net \(number) v\(version)" }
}
