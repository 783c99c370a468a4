import Foundation
import SandboxKit

/// Who writes and when.
struct WriteContext: Sendable {
    let actor: SandboxActor
    let requestID: UInt64?
    let now: SandboxInstant
    let notifies: Bool
    let stage: SandboxStage
}

/// All state of one QuickBooks company, guarded by the sandbox's lock.
struct Company: Sendable {
    let realm: String
    var tables: [String: EntityTable] = [:]
    /// Who holds a name.
    ///
    /// People share one space, each other kind has its own; inactive ones keep theirs.
    var names: [String: [String: Int]] = [:]
    /// The name that each id holds in each space.
    var heldNames: [String: [Int: String]] = [:]
    /// Where the ids of each space go on: people share one, transactions another.
    var ids: [String: NativeIDCounter] = [:]
    /// Which transaction holds a document number, by kind.
    var docNumbers: [String: [String: Int]] = [:]
    /// The transactions of each customer that bear on its balance.
    var salesByCustomer: [Int: Set<SaleReference>] = [:]
    var nextDocNumber: [String: Int] = [:]
    /// The first result of each request id.
    var answers: [String: JSON] = [:]
    var answerOrder: [String] = []
    var uploads: [Int: [UInt8]] = [:]
    var settings: CompanySettings
    var requests: RollingWindow
    var batches: RollingWindow

    /// A transaction by kind and id.
    struct SaleReference: Sendable, Hashable {
        let kind: String
        let id: Int
    }

    init(realm: String, settings: CompanySettings, now: SandboxInstant) {
        self.realm = realm
        self.settings = settings
        requests = RollingWindow(limit: settings.requestsPerMinute, milliseconds: 60_000)
        batches = RollingWindow(limit: settings.batchesPerMinute, milliseconds: 60_000)
        for kind in EntityKind.all { tables[kind.name] = EntityTable() }
        loadDefaults(now: now)
    }

    func live(_ kind: String, _ id: Int) -> EntityRecord? { tables[kind]?.live(id) }

    func live(_ kind: String, _ id: String) -> EntityRecord? { Int(id).flatMap { live(kind, $0) } }

    /// The next id of a kind.
    mutating func nextID(_ kind: EntityKind) -> Int {
        ids[kind.idSpace, default: NativeIDCounter(start: kind.firstID)].next()
    }

    // MARK: Showing

    /// A time as QuickBooks writes it: seconds, in the company's zone.
    func time(_ instant: SandboxInstant) -> String {
        let offset = settings.zoneMinutes
        let local = instant.adding(milliseconds: Int64(offset) * 60_000).iso8601Seconds.dropLast()
        let hours = abs(offset) / 60
        let minutes = abs(offset) % 60
        let zone = "\(offset < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(minutes < 10 ? "0" : "")\(minutes)"
        return local + zone
    }

    /// The company's date at an instant.
    func date(_ instant: SandboxInstant) -> String {
        instant.adding(milliseconds: Int64(settings.zoneMinutes) * 60_000).dateOnly
    }

    /// An entity as the API shows it.
    func render(_ kind: String, _ record: EntityRecord) -> JSON {
        var object = record.fields
        object["domain"] = "QBO"
        object["sparse"] = false
        object["Id"] = .string(String(record.id))
        object["SyncToken"] = .string(String(record.syncToken))
        object["MetaData"] = [
            "CreateTime": .string(time(record.createdAt)), "LastUpdatedTime": .string(time(record.updatedAt)),
        ]
        if kind == "Customer" {
            let own = balance(ofCustomer: record.id)
            object["Balance"] = .number(own)
            object["BalanceWithJobs"] = .number(
                own + subCustomers(of: record.id).reduce(0) { $0 + balance(ofCustomer: $1) })
        }
        return .object(object)
    }

    private func subCustomers(of id: Int) -> [Int] {
        children[id] ?? []
    }

    /// The sub-customers of each customer, all levels.
    var children: [Int: [Int]] = [:]

    /// What a customer owes: open invoices less open credits and unapplied payments.
    func balance(ofCustomer id: Int) -> Decimal {
        (salesByCustomer[id] ?? []).reduce(Decimal(0)) { sum, sale in
            guard let record = live(sale.kind, sale.id) else { return sum }
            return switch sale.kind {
            case "Invoice": sum + (record.fields["Balance"]?.amount ?? 0)
            case "CreditMemo": sum - (record.fields["RemainingCredit"]?.amount ?? 0)
            case "Payment": sum - (record.fields["UnappliedAmt"]?.amount ?? 0)
            default: sum
            }
        }
    }

    // MARK: Committing

    /// Puts an entity into its new state, logs it and tells subscribers.
    mutating func commit(
        _ kind: String, _ record: EntityRecord, over old: EntityRecord?, operation: String, _ context: WriteContext
    ) -> EntityRecord {
        var record = record
        record.updatedAt = context.now
        if let old { record.syncToken = old.syncToken + 1 }
        index(kind, record, over: old)
        tables[kind]?.put(record)
        let before = Dictionary(uniqueKeysWithValues: (old?.fields ?? JSONObject()).map { ($0.key, $0.value) })
        let after =
            record.isDeleted ? before : Dictionary(uniqueKeysWithValues: record.fields.map { ($0.key, $0.value) })
        context.stage.history.commit(
            SandboxChange(
                vendor: context.stage.vendor, objectType: kind, nativeID: String(record.id), operation: operation,
                fields: FieldChange.between(before, after), actor: context.actor, requestID: context.requestID,
                at: context.now))
        notify(kind, record, operation, context)
        return record
    }

    private mutating func index(_ kind: String, _ record: EntityRecord, over old: EntityRecord?) {
        if let number = old?.string("DocNumber"), docNumbers[kind]?[number] == record.id {
            docNumbers[kind]?[number] = nil
        }
        if !record.isDeleted, let number = record.string("DocNumber") {
            docNumbers[kind, default: [:]][number] = record.id
        }
        guard ["Invoice", "CreditMemo", "Payment"].contains(kind) else { return }
        let reference = SaleReference(kind: kind, id: record.id)
        if let customer = old?.reference("CustomerRef").flatMap({ Int($0) }) {
            salesByCustomer[customer]?.remove(reference)
        }
        if !record.isDeleted, let customer = record.reference("CustomerRef").flatMap({ Int($0) }) {
            salesByCustomer[customer, default: []].insert(reference)
        }
    }

    private func notify(_ kind: String, _ record: EntityRecord, _ operation: String, _ context: WriteContext) {
        guard context.notifies, let url = settings.webhookURL, EntityKind.byName[kind]?.isAnnounced ?? false,
            settings.webhookEntities.isEmpty || settings.webhookEntities.contains(kind)
        else { return }
        context.stage.webhooks.enqueue(
            WebhookEvent(
                endpoint: url, name: "\(kind).\(operation)", objectID: String(record.id),
                payload: [
                    "eventId": .string(context.stage.random.uuid()), "realm": .string(realm), "entity": .string(kind),
                    "id": .string(String(record.id)), "operation": .string(operation),
                    "time": .string(context.now.iso8601),
                ], occurredAt: context.now))
    }
}

/// What can be set about a company.
struct CompanySettings: Sendable {
    /// The company's distance from UTC, in minutes.
    var zoneMinutes = -480
    var country = "US"
    var homeCurrency = "USD"
    /// The rate that automated sales tax finds for lines with the code TAX, in percent.
    var salesTaxPercent: Decimal = 0
    /// Whether people choose document numbers; then an absent one stays absent.
    var usesCustomNumbers = false
    /// The last closed day of the books; nothing on or before it can be written.
    var closedThrough: String?
    var requestsPerMinute = 500
    var batchesPerMinute = 40
    var concurrentRequests = 10
    var webhookURL: String?
    /// The kinds announced; empty means all that QuickBooks announces.
    var webhookEntities: Set<String> = []
}
