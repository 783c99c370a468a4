import SandboxKit

/// Judges a run by the histories of the systems of record; a pure function of its evidence.
///
/// Each customer is judged by itself, since every record of it is known by its key.
struct Checker {
    private let evidence: Evidence
    private let states: NativeStates

    init(_ evidence: Evidence) {
        self.evidence = evidence
        states = NativeStates(evidence.changes)
    }

    func judge() -> Judgement {
        let dossiers = self.dossiers()
        var findings = evidence.ownFindings
        for dossier in dossiers { findings += dossier.findings() }
        findings += strangers(dossiers) + restless()
        findings += Lateness(evidence.changes, evidence.alerts, blind: evidence.blind).findings()
        let busiest = dossiers.max { $0.writes.count * $1.allowedWrites < $1.writes.count * $0.allowedWrites }
        return Judgement(
            attempted: evidence.intents.count, acknowledged: evidence.intents.count(where: \.isAcknowledged),
            refused: evidence.intents.count { if case .refused = $0.outcome { true } else { false } },
            unanswered: evidence.intents.count { $0.outcome == .unknown }, findings: findings,
            mostWrites: busiest.map { "\($0.writes.count) of \($0.allowedWrites) (\($0.key.text))" } ?? "none")
    }

    // MARK: Putting together what belongs to a customer

    private func dossiers() -> [Dossier] {
        var found: [Int: Dossier] = [:]
        for intent in evidence.intents {
            found[intent.customer, default: Dossier(intent.customer, states, evidence.recordedMarks)].intents.append(
                intent)
        }
        func file(_ record: NativeRecord, _ text: String?, _ place: WritableKeyPath<Dossier, [NativeRecord]>) {
            guard let number = text.flatMap(CaseKey.init(beginning:))?.number else { return }
            found[number]?[keyPath: place].append(record)
        }
        for record in states.all(.fsm, "Client") { file(record, record.text("companyName"), \.clients) }
        // One that was taken back has another title since.
        let titles = Dictionary(
            evidence.changes.filter { $0.type == "Job" && $0.operation == "create" }.compactMap { change in
                change.fields["title"]?.stringValue.map { (change.id, $0) }
            }
        ) { first, _ in first }
        for record in states.all(.fsm, "Job") { file(record, titles[record.id] ?? record.text("title"), \.jobs) }
        for record in states.all(.ledger, "Customer") { file(record, record.text("DisplayName"), \.debtors) }
        for record in states.all(.ledger, "Invoice") {
            file(record, record.fields["CustomerMemo"]?["value"]?.stringValue, \.invoices)
        }
        let byClient = owners(found, \.clients)
        for record in states.all(.fsm, "Property") {
            if let number = record.text("clientId").flatMap({ byClient[$0] }) {
                found[number]?.properties.append(record)
            }
        }
        let owners = found.values.reduce(into: [NativeAddress: Int]()) { owners, dossier in
            for address in dossier.natives { owners[address] = dossier.key.number }
        }
        for change in evidence.changes {
            if let number = owners[change.address] { found[number]?.changes.append(change) }
        }
        for explanation in evidence.explanations {
            for number in Set(explanation.natives.compactMap { owners[$0] }) {
                found[number]?.explanations.append(explanation)
            }
        }
        return found.values.sorted { $0.key.number < $1.key.number }
    }

    private func owners(_ found: [Int: Dossier], _ place: KeyPath<Dossier, [NativeRecord]>) -> [String: Int] {
        found.reduce(into: [:]) { owners, entry in
            for record in entry.value[keyPath: place] { owners[record.id] = entry.key }
        }
    }

    // MARK: What belongs to nobody

    private static let made: [NativeSystem: Set<String>] = [
        .crm: ["companies", "contacts", "deals", "quotes", "line_items"], .fsm: ["Client", "Property", "Job"],
        .ledger: ["Customer", "Invoice", "Payment", "CreditMemo"],
    ]

    /// Records that we have made and that no customer's intents explain.
    private func strangers(_ dossiers: [Dossier]) -> [Finding] {
        let known = dossiers.reduce(into: Set<NativeAddress>()) { $0.formUnion($1.natives) }
        return evidence.changes.compactMap { change in
            guard change.isOurs, change.operation == "create", change.sequence > evidence.beginSequence,
                Self.made[change.system]?.contains(change.type) == true,
                !known.contains(change.address) || change.system == .crm || change.type == "Payment"
            else { return nil }
            // What was made and is gone again is in no customer's records.
            if states.record(change.system, change.type, change.id)?.isDeleted == true {
                return Finding(.explained, "I2", "made, and taken back: \(change)")
            }
            return Finding(.unexpected, "I3", "nobody wanted this record: \(change)")
        }
    }

    /// Writes after all was quiet, when everything was only announced again.
    private func restless() -> [Finding] {
        evidence.changes.filter { $0.isOurs && $0.sequence > evidence.quietSequence }
            .map { Finding(.unexpected, "I6", "a write on a quiet estate, after all was announced again: \($0)") }
    }
}
