import SandboxGraphQL
import SandboxKit

/// Resolves the fields of one operation from the store, inside its lock.
struct JobberReading: ResolverSource {
    typealias Object = JobberObject
    typealias Getter = @Sendable (JobberReading, JobberRecord, FieldCall) -> JobberValue
    typealias PartGetter = @Sendable (JobberReading, GraphQLObject, JobberRecord?) -> JobberValue

    let store: JobberStore
    let schema: Schema
    let now: SandboxInstant
    let viewer: JobberViewer
    /// How old a record must be to be found by a list, in milliseconds.
    var indexLag: Int64 = 0

    var writing: JobberWriting?

    func resolve(_ call: FieldCall, on object: JobberObject) throws(ResolverError) -> JobberValue {
        switch object {
        case .query: return try resolveRoot(call)
        case .mutation: return try resolveMutation(call)
        case .record(let record):
            if let getter = Self.getters[call.parentType]?[call.name] { return getter(self, record, call) }
            return stored(record.fields[call.name], call, of: record)
        case .part(let fields, let owner):
            if let getter = Self.partGetters[call.parentType]?[call.name] { return getter(self, fields, owner) }
            return stored(fields[call.name], call, of: owner)
        case .connection(let page):
            switch call.name {
            case "nodes": return .objects(page.items)
            case "edges": return .objects(page.items.indices.map { .edge(page, position: $0) })
            case "pageInfo": return .part(page.pageInfo)
            default: return .int(page.total)
            }
        case .edge(let page, let position):
            return call.name == "node" ? .object(page.items[position]) : .text(page.cursor(position))
        case .payload(let members):
            if let member = members[call.name] { return member }
            // What a refused mutation did not make is null, or empty where null is not allowed.
            return call.type.isNonNull && call.type.listElement != nil ? .list([]) : .null
        }
    }

    func typeName(of object: JobberObject) -> String {
        switch object {
        case .record(let record): record.typeName
        case .part(let fields, _): fields.text("__typename") ?? ""
        default: ""
        }
    }

    private func resolveMutation(_ call: FieldCall) throws(ResolverError) -> JobberValue {
        guard let writing, let mutation = JobberWriting.mutations[call.name] else {
            throw ResolverError("\(call.name) cannot be carried out here")
        }
        return .object(.payload(writing.carryOut(mutation, call.arguments)))
    }

    /// A field as it is stored: a leaf, or an object inside the record.
    private func stored(_ value: GraphQLValue?, _ call: FieldCall, of owner: JobberRecord?) -> JobberValue {
        guard let value, !value.isNull else { return call.name == "id" ? .text(owner?.id) : .null }
        guard schema.types[call.type.name]?.isComposite == true else { return .leaf(value) }
        switch value {
        case .object(let fields): return .part(fields, of: owner)
        case .list(let items): return .list(items.compactMap(\.object).map { .part($0, of: owner) })
        default: return .null
        }
    }

    // MARK: Common steps of the getters

    /// The record that a field of `record` refers to.
    func one(_ field: String, of record: JobberRecord) -> JobberValue {
        .record(store.record(record.text(field)))
    }

    func page(_ records: [JobberRecord], _ call: FieldCall) -> JobberValue {
        .object(.connection(JobberPage(records.map { .record($0) }, call.arguments)))
    }

    func page(_ parts: [GraphQLObject], of owner: JobberRecord, _ call: FieldCall) -> JobberValue {
        .object(.connection(JobberPage(parts.map { .part($0, of: owner) }, call.arguments)))
    }

    /// The local calendar of the account.
    var calendar: JobberCalendar { JobberCalendar(timezone: store.account.timezone) }

    static let getters: [String: [String: Getter]] = {
        var all: [String: [String: Getter]] = [
            "Client": clientGetters, "ContactModel": contactGetters, "Property": propertyGetters,
            "Quote": quoteGetters, "Job": jobGetters, "Visit": visitGetters, "Invoice": invoiceGetters,
            "Request": requestGetters, "Assessment": assessmentGetters, "User": userGetters,
            "TimeSheetEntry": timeSheetGetters, "Expense": expenseGetters, "ProductOrService": productGetters,
            "TaxRate": taxRateGetters, "WebhookEndpoint": webhookGetters, "Vehicle": [:], "Event": eventGetters,
        ]
        for kind in ["Client", "Job", "Quote", "Request", "Invoice"] { all["\(kind)Note"] = noteGetters }
        for type in [
            "PaymentRecord", "CashPaymentRecord", "CheckPaymentRecord", "CreditCardPaymentRecord",
            "BankTransferPaymentRecord", "OtherPaymentRecord", "JobberPaymentsACHPaymentRecord",
        ] { all[type] = paymentGetters }
        return all
    }()

    static let partGetters: [String: [String: PartGetter]] = [
        "ClientPhoneNumber": phoneGetters, "QuoteLineItem": lineItemGetters, "JobLineItem": lineItemGetters,
        "InvoiceLineItem": invoiceLineGetters, "RequestLineItem": lineItemGetters, "ClientAddress": addressGetters,
        "PropertyAddress": addressGetters, "InvoiceBillingAddress": addressGetters, "UserAddress": addressGetters,
        "CustomFieldText": customFieldGetters, "VisitSchedule": visitScheduleGetters,
    ]
}
