internal import CanonicalModel
internal import SyncStore

/// What a letter is about, in the business's words: for which customer, job and invoice, and where those are.
struct LetterContext: Sendable, Hashable {
    /// The customer's name.
    var customer: String?
    /// The job's number, else its title.
    var job: String?
    /// The invoice's number.
    var invoice: String?
    /// How much it is about.
    var amount: String?
    /// The records around the letter, its own first.
    var records: [Record] = []

    /// A record, and where it is.
    struct Record: Sendable, Hashable {
        var entity: EntityKind
        var id: CanonicalID
        var places: [String]
    }

    /// Reads it out of the records around a letter: pure.
    ///
    /// - Parameters:
    ///   - records: its own first, then what they refer to.
    ///   - links: where each of them is.
    init(
        _ records: [CanonicalID], shown: [CanonicalID: LetterContexts.Shown], links: [CanonicalID: [Link]]
    ) {
        for id in records {
            guard let record = shown[id] else { continue }
            let fields = record.fields
            switch record.entity {
            case .customer: customer = customer ?? Self.text(fields["name"])
            case .job:
                job = job ?? Self.text(fields["number"]) ?? Self.text(fields["title"])
                invoice = invoice ?? Self.text(fields["invoice_number"])
            case .invoice: invoice = invoice ?? Self.text(fields["number"])
            default: break
            }
            if amount == nil, let names = Self.amounts[record.entity] {
                amount = names.lazy.compactMap { Self.text(fields[$0]) }.first
            }
            self.records.append(
                Record(
                    entity: record.entity, id: id,
                    places: (links[id] ?? []).map { link in
                        "\(link.connection) \(link.native?.description ?? "\(link.nativeType) (being created)")"
                    }))
        }
    }

    /// Which fields tell how much a record is about, the best first.
    private static let amounts: [EntityKind: [String]] = [
        .invoice: ["total"], .payment: ["amount"], .creditNote: ["total"], .job: ["final_amount", "total"],
        .estimate: ["total"], .opportunity: ["amount"], .purchaseOrder: ["total"], .serviceAgreement: ["price"],
    ]

    private static func text(_ value: JSONValue) -> String? {
        if let text = value.string { return text.isEmpty ? nil : text }
        guard let minor = value["minor"].int, let currency = value["currency"].string.flatMap({ CurrencyCode($0) })
        else { return nil }
        return Money(minorUnits: minor, currency: currency).description
    }

    /// One line, as far as anything is known.
    var line: String {
        [
            customer.map { "customer \($0)" }, job.map { "job \($0)" }, invoice.map { "invoice \($0)" }, amount,
        ].compactMap { $0 }.joined(separator: ", ")
    }

    /// For programs.
    var json: JSONValue {
        [
            "customer": .text(customer), "job": .text(job), "invoice": .text(invoice), "amount": .text(amount),
            "records": .array(
                records.map { record in
                    [
                        "entity": .string(record.entity.rawValue), "id": .string(record.id.description),
                        "places": .array(record.places.map(JSONValue.string)),
                    ]
                }),
        ]
    }
}
