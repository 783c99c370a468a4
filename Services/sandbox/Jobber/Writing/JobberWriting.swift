import SandboxGraphQL
import SandboxKit

/// Why a mutation did nothing: business errors that its payload lists.
struct JobberUserErrors: Error {
    var errors: [(message: String, path: [String])]

    init(_ message: String, _ path: String...) {
        errors = [(message, path)]
    }

    init(_ errors: [(message: String, path: [String])]) {
        self.errors = errors
    }

    var value: JobberValue {
        .list(
            errors.map { error in
                .part(["message": .string(error.message), "path": .list(error.path.map { .string($0) })])
            })
    }
}

/// Changes the store on behalf of somebody: each change goes to the history, and to whoever subscribed to its topic.
final class JobberWriting {
    typealias Payload = [String: JobberValue]
    typealias Mutation = @Sendable (JobberWriting, GraphQLObject) throws(JobberUserErrors) -> Payload

    let store: JobberStore
    let stage: SandboxStage
    let now: SandboxInstant
    let viewer: JobberViewer
    let requestID: UInt64?
    /// Whether webhooks go out; loading test data sends none.
    var announces = true
    private var announced: [(topic: String, item: String)] = []

    init(store: JobberStore, stage: SandboxStage, now: SandboxInstant, viewer: JobberViewer, requestID: UInt64?) {
        self.store = store
        self.stage = stage
        self.now = now
        self.viewer = viewer
        self.requestID = requestID
    }

    /// Carries out one root field; a refusal has changed nothing.
    func carryOut(_ mutation: Mutation, _ arguments: GraphQLObject) -> Payload {
        defer { sendAnnouncements() }
        do throws(JobberUserErrors) {
            var payload = try mutation(self, arguments)
            payload["userErrors"] = .list([])
            return payload
        } catch {
            return ["userErrors": error.value]
        }
    }

    /// A view of the store for what is derived.
    var calendar: JobberCalendar { JobberCalendar(timezone: store.account.timezone) }
    var nowValue: GraphQLValue { GraphQLValue(now) }

    // MARK: Records

    /// Makes a record; its times are set, and the history tells.
    func create(
        _ collection: String, typeName: String? = nil, number: Int? = nil, _ fields: GraphQLObject
    ) -> JobberRecord {
        var fields = fields
        fields.fill("createdAt", nowValue)
        fields.fill("updatedAt", fields["createdAt"] ?? nowValue)
        let record = store.insert(
            collection, typeName: typeName ?? collection, number: number, fields: fields, at: now)
        commit(
            record, "create",
            fields.compactMap { member in
                member.value.isNull ? nil : FieldChange(member.key, old: nil, new: member.value.historyJSON)
            })
        return record
    }

    /// Changes a record; answers false, and tells nobody, when nothing is different.
    @discardableResult
    func update(_ record: JobberRecord, operation: String = "update", _ body: (inout GraphQLObject) -> Void) -> Bool {
        let old = record.fields
        var new = old
        body(&new)
        var changes: [FieldChange] = []
        for (key, value) in new where value != old[key] ?? .null {
            changes.append(FieldChange(key, old: old[key]?.historyJSON, new: value.historyJSON))
        }
        for (key, value) in old where new[key] == nil && !value.isNull {
            changes.append(FieldChange(key, old: value.historyJSON, new: nil))
        }
        guard !changes.isEmpty else { return false }
        new["updatedAt"] = nowValue
        store.replaceFields(of: record, with: new)
        commit(record, operation, changes)
        return true
    }

    /// Notes that something around the record changed, so that a poll by its time finds it.
    func touch(_ record: JobberRecord) {
        var fields = record.fields
        guard fields["updatedAt"] != nowValue else { return }
        fields["updatedAt"] = nowValue
        store.replaceFields(of: record, with: fields)
    }

    func delete(_ record: JobberRecord) {
        store.remove(record)
        commit(
            record, "delete",
            record.fields.compactMap { member in
                member.value.isNull ? nil : FieldChange(member.key, old: member.value.historyJSON, new: nil)
            })
    }

    private func commit(_ record: JobberRecord, _ operation: String, _ changes: [FieldChange]) {
        stage.history.commit(
            SandboxChange(
                vendor: stage.vendor, objectType: record.collection, nativeID: record.id, operation: operation,
                fields: changes, actor: viewer.actor, requestID: requestID, at: now))
    }

    // MARK: Webhooks

    /// Tells subscribers of the topic about the record, once for this mutation.
    func announce(_ topic: String, _ record: JobberRecord) {
        announce(topic, item: record.id)
    }

    func announce(_ topic: String, item: String) {
        guard !announced.contains(where: { $0 == (topic, item) }) else { return }
        announced.append((topic, item))
    }

    /// Tells about a raw change of a record under the topic of its kind; what has none counts as its owner's change.
    func announceChange(of record: JobberRecord, _ change: String) {
        let topics = [
            "Client": "CLIENT", "Property": "PROPERTY", "Request": "REQUEST", "Quote": "QUOTE", "Job": "JOB",
            "Visit": "VISIT", "Invoice": "INVOICE", "PaymentRecord": "PAYMENT", "PayoutRecord": "PAYOUT",
            "TimeSheetEntry": "TIMESHEET", "Expense": "EXPENSE", "ProductOrService": "PRODUCT_OR_SERVICE",
            "User": "USER",
        ]
        if let topic = topics[record.collection] {
            if topic != "USER" || change == "CREATE" { announce("\(topic)_\(change)", record) }
        } else if let owner = store.record(record.text("parentId") ?? record.text("clientId")) {
            if announces { touch(owner) }
            if let topic = topics[owner.collection] { announce("\(topic)_UPDATE", owner) }
        }
    }

    func sendAnnouncements() {
        defer { announced.removeAll() }
        guard announces else { return }
        let endpoints = store.all("WebhookEndpoint")
        for (topic, item) in announced {
            for endpoint in endpoints where endpoint.text("topic") == topic {
                stage.webhooks.enqueue(
                    WebhookEvent(
                        endpoint: endpoint.text("url") ?? "", name: topic, objectID: item,
                        payload: [
                            "topic": .string(topic), "appId": .string(endpoint.text("app") ?? ""),
                            "accountId": .string(store.account.id), "itemId": .string(item),
                            "occurredAt": .string(now.iso8601Seconds),
                        ], occurredAt: now))
            }
        }
    }

    // MARK: Finding what an input names

    /// The record of a required id, or a refusal that says what was not found.
    func find(_ id: String?, _ collection: String, _ path: String...) throws(JobberUserErrors) -> JobberRecord {
        guard let record = store.record(id, in: collection) else {
            throw JobberUserErrors([("\(Self.words(collection)) not found", path)])
        }
        return record
    }

    /// Refuses ids in the input that name nothing of their kind.
    func checkReferences(
        _ input: GraphQLObject, _ references: [(field: String, collection: String)]
    ) throws(JobberUserErrors) {
        for (field, collection) in references {
            let ids = input.texts(field) + [input.text(field)].compactMap(\.self)
            for id in ids where store.record(id, in: collection) == nil {
                throw JobberUserErrors("\(Self.words(collection)) not found", "input", field)
            }
        }
    }

    private static func words(_ collection: String) -> String {
        switch collection {
        case "ProductOrService": "Product or service"
        case "TaxRate": "Tax rate"
        case "CustomFieldConfiguration": "Custom field"
        default: collection
        }
    }

    static let mutations: [String: Mutation] = [
        clientMutations, propertyMutations, requestMutations, quoteMutations, jobMutations, visitMutations,
        invoiceMutations, noteMutations, customFieldMutations, catalogMutations, teamMutations, webhookMutations,
    ].reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }
}
