import SandboxGraphQL

extension GraphQLObject {
    /// What a line item comes to.
    var lineTotal: Double {
        number("totalPrice") ?? ((number("quantity") ?? 0) * (number("unitPrice") ?? 0)).money
    }
}

/// The amounts of a quote or invoice, from its lines, discount and tax.
struct DocumentAmounts {
    var subtotal = 0.0
    var discount = 0.0
    var tax = 0.0
    var total = 0.0

    /// - Parameters:
    ///   - discount: `{"rate", "type"}`, a percentage or an amount.
    ///   - taxPercent: the rate on taxable lines.
    ///   - isTaxInclusive: whether the prices contain the tax.
    init(lines: [GraphQLObject], discount: GraphQLObject?, taxPercent: Double, isTaxInclusive: Bool = false) {
        let counted = lines.filter { $0.flag("optional") != true && $0.flag("textOnly") != true }
        subtotal = counted.reduce(0) { $0 + $1.lineTotal }.money
        if let discount, let rate = discount.number("rate") {
            self.discount = min(subtotal, discount.text("type") == "Percent" ? (subtotal * rate / 100).money : rate)
        }
        let share = subtotal > 0 ? (subtotal - self.discount) / subtotal : 0
        let taxable = counted.filter { $0.flag("taxable") != false }.reduce(0) { $0 + $1.lineTotal } * share
        let net = (subtotal - self.discount).money
        if isTaxInclusive {
            tax = (taxable - taxable / (1 + taxPercent / 100)).money
            total = net
        } else {
            tax = (taxable * taxPercent / 100).money
            total = (net + tax).money
        }
    }
}

extension JobberReading {
    static let lineItemGetters: [String: PartGetter] = [
        "totalPrice": { _, line, _ in .number(line.lineTotal) },
        "totalCost": { _, line, _ in
            .number(line.number("unitCost").map { ($0 * (line.number("quantity") ?? 0)).money })
        },
        "linkedProductOrService": { reading, line, _ in .record(reading.store.record(line.text("productOrServiceId")))
        },
    ]

    static let invoiceLineGetters: [String: PartGetter] = [
        "totalPrice": { _, line, _ in .number(line.lineTotal) },
        "linkedProductOrService": { reading, line, _ in .record(reading.store.record(line.text("productOrServiceId")))
        },
        "originalCost": { _, line, _ in .number(line.lineTotal) },
        "taxRate": { reading, _, invoice in
            if let rate = reading.store.record(invoice?.text("taxRateId")) { return .record(rate) }
            return .part(Self.noTax)
        },
        "jobLineItem": { reading, line, invoice in
            guard let id = line.text("jobLineItemId") else { return .null }
            for job in invoice?.texts("jobIds").compactMap({ reading.store.record($0) }) ?? [] {
                if let found = job.objects("lineItems").first(where: { $0.text("id") == id }) {
                    return .part(found, of: job)
                }
            }
            return .null
        },
    ]

    static let taxRateGetters: [String: Getter] = [
        "tax": { reading, rate, _ in .number(reading.percent(of: rate)) },
        "label": { reading, rate, _ in
            .text("\(rate.text("name") ?? "") (\(reading.percent(of: rate))%)")
        },
        "components": { reading, rate, _ in
            let components = rate.texts("componentIds").compactMap { reading.store.record($0) }
            return components.isEmpty ? .null : .list(components.map { .part(reading.basis(of: $0)) })
        },
    ]

    static let noTax: GraphQLObject = [
        "__typename": "TaxRateBase", "id": .string(EncodedID.make("TaxRate", 0)), "name": "No tax", "label": "No tax",
        "tax": 0, "default": false,
    ]

    /// The percentage of a rate; a group has the sum of its parts.
    func percent(of rate: JobberRecord?) -> Double {
        guard let rate else { return 0 }
        let components = rate.texts("componentIds").compactMap { store.record($0) }
        return components.isEmpty ? rate.number("tax") ?? 0 : components.reduce(0) { $0 + percent(of: $1) }
    }

    func basis(of rate: JobberRecord) -> GraphQLObject {
        [
            "id": .string(rate.id), "name": .optional(rate.text("name")),
            "label": .string("\(rate.text("name") ?? "") (\(percent(of: rate))%)"), "tax": .float(percent(of: rate)),
            "default": .bool(rate.flag("default")), "description": .optional(rate.text("description")),
            "qboTaxType": .optional(rate.text("qboTaxType")),
        ]
    }

    func taxDetails(of document: JobberRecord, _ amounts: DocumentAmounts) -> JobberValue {
        let rate = store.record(document.text("taxRateId"))
        return .part([
            "totalTaxAmount": .float(amounts.tax), "totalTaxRate": .object(rate.map { basis(of: $0) } ?? Self.noTax),
        ])
    }
}
