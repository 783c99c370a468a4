import CanonicalModel
public import ConnectorKit
public import SyncCore

extension QuickBooksOnlineConnector {
    /// What an object says of the entities that it stands for.
    public func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation] {
        guard let type = QuickBooksOnlineType(rawValue: object.reference.type) else { return [] }
        let reader = QuickBooksOnlineObject(object, declaration: declaration)
        switch type {
        case .customer: return customer(reader)
        case .item: return item(reader)
        case .invoice: return [try invoice(reader)]
        case .payment: return [payment(reader)]
        case .creditMemo: return [try creditNote(reader)]
        }
    }

    /// A customer with the site that its shipping address is; a sub-customer is a site, and a project nothing of ours.
    private func customer(_ object: QuickBooksOnlineObject) -> [Observation] {
        let body = object.body
        let parent = body["ParentRef"]["value"].string
        if parent != nil, body["IsProject"].bool == true { return [] }
        let owner = NativeReference(type: QuickBooksOnlineType.customer.rawValue, id: parent ?? object.native.id)
        let mark = QuickBooksOnlineNote(body["Notes"].string ?? "").record
        let site = object.observation(
            .site,
            fields: [
                "customer": .set(.reference(.native(owner, .customer))), "address": object.address("ShipAddr"),
            ], externalID: parent == nil ? nil : mark)
        guard parent == nil else { return [site] }
        var fields: Patch = [
            "name": QuickBooksOnlineObject.text(
                QuickBooksOnlineName.name(
                    ofDisplay: body["DisplayName"].string ?? "", isActive: body["Active"].bool != false)),
            "legal_name": object.text("CompanyName"),
            "phone": QuickBooksOnlineObject.text(body["PrimaryPhone"]["FreeFormNumber"].string),
            "email": QuickBooksOnlineObject.text(body["PrimaryEmailAddr"]["Address"].string),
            "billing_address": object.address("BillAddr"),
            "currency": .set(.text(object.currency.code)),
            "balance": body["BalanceWithJobs"].isNull
                ? object.moneyField("Balance") : object.moneyField("BalanceWithJobs"),
        ]
        if let taxable = body["Taxable"].bool { fields["tax_exempt"] = .set(.flag(!taxable)) }
        if body["SalesTermRef"]["value"].isNull || !body["SalesTermRef"]["name"].isNull {
            fields["billing_terms"] = QuickBooksOnlineObject.text(body["SalesTermRef"]["name"].string)
        }
        return [object.observation(.customer, fields: fields, externalID: mark), site]
    }

    /// A category only groups items.
    private func item(_ object: QuickBooksOnlineObject) -> [Observation] {
        let kinds = [
            "Service": "service", "Inventory": "stock", "NonInventory": "non_stock", "Group": "bundle",
            "Bundle": "bundle",
        ]
        let body = object.body
        guard let kind = kinds[body["Type"].string ?? "Service"] else { return [] }
        let isStock = kind == "stock"
        return [
            object.observation(
                .item,
                fields: [
                    "name": QuickBooksOnlineObject.text(
                        QuickBooksOnlineName.name(
                            ofDisplay: body["Name"].string ?? "", isActive: body["Active"].bool != false)),
                    "sku": object.text("Sku"),
                    "description": object.text("Description"),
                    "kind": .set(.choice(kind)),
                    "unit_price": object.moneyField("UnitPrice"),
                    "unit_cost": object.moneyField("PurchaseCost"),
                    "quantity_on_hand": isStock
                        ? QuickBooksOnlineObject.quantity(body["QtyOnHand"]).map { .set(.quantity($0)) } ?? .clear
                        : .clear,
                    "active": .set(.flag(body["Active"].bool != false)),
                ])
        ]
    }

    private func invoice(_ object: QuickBooksOnlineObject) throws(ConnectorFault) -> Observation {
        let note = QuickBooksOnlineNote(object.body["PrivateNote"].string ?? "")
        let lines = try QuickBooksOnlineLine.read(object, marks: note.marks, overlay: overlay)
        var fields: Patch = [
            "customer": object.customerReference,
            "number": object.text("DocNumber"),
            "status": .set(.choice(status(of: object))),
            "issued_on": object.date("TxnDate"),
            "due_on": object.date("DueDate"),
            "lines": lines.isEmpty ? .clear : .set(.lines(lines)),
            "subtotal": .set(.money(subtotal(of: lines, currency: object.currency))),
            "tax": QuickBooksOnlineObject.money(object.body["TxnTaxDetail"]["TotalTax"], object.currency)
                .map { .set(.money($0)) } ?? .clear,
            "total": object.moneyField("TotalAmt"),
            "balance": object.moneyField("Balance"),
            "exchange_rate": object.exchangeRate,
            "billing_email": QuickBooksOnlineObject.text(object.body["BillEmail"]["Address"].string),
            "memo": QuickBooksOnlineObject.text(object.body["CustomerMemo"]["value"].string),
            "job_reference": jobReference(of: object, note),
        ]
        if note.record != nil { fields["billed_hours"] = note.hours.map { .set(.quantity($0)) } ?? .clear }
        return object.observation(.invoice, fields: fields, externalID: note.record)
    }

    /// Paid means that nothing is left to pay; void, that nothing is left of the invoice.
    private func status(of invoice: QuickBooksOnlineObject) -> String {
        if invoice.isVoid { return "void" }
        let total = invoice.money("TotalAmt")?.minorUnits ?? 0
        let balance = invoice.money("Balance")?.minorUnits ?? total
        if balance == 0 { return "paid" }
        return balance < total ? "partly_paid" : "posted"
    }

    private func subtotal(of lines: [LineItem], currency: CurrencyCode) -> Money {
        lines.reduce(Money.zero(currency)) { sum, line in sum.adding(line.amount) ?? sum }
    }

    /// The custom field as people see it; where it shows the beginning of a long number, the whole of it.
    private func jobReference(of object: QuickBooksOnlineObject, _ note: QuickBooksOnlineNote) -> PatchValue {
        guard let definition = overlay.jobField else { return QuickBooksOnlineObject.text(note.job) }
        let field = (object.body["CustomField"].array ?? []).first { $0["DefinitionId"].string == definition }
        let shown = field?["StringValue"].string ?? ""
        if let job = note.job, job.count > 31, job.hasPrefix(shown) { return QuickBooksOnlineObject.text(job) }
        return QuickBooksOnlineObject.text(shown.isEmpty && field == nil ? note.job : shown)
    }

    private func payment(_ object: QuickBooksOnlineObject) -> Observation {
        let invoices = QuickBooksOnlineObject.invoices(ofPayment: object.body).map {
            RecordReference.native(
                NativeReference(type: QuickBooksOnlineType.invoice.rawValue, id: $0), .invoice)
        }
        var fields: Patch = [
            "customer": object.customerReference,
            "invoices": invoices.isEmpty ? .clear : .set(.references(invoices)),
            "amount": object.moneyField("TotalAmt"),
            "unapplied": object.moneyField("UnappliedAmt"),
            "received_on": object.date("TxnDate"),
            "number": object.text("PaymentRefNum"),
        ]
        if object.body["PaymentMethodRef"]["value"].isNull || !object.body["PaymentMethodRef"]["name"].isNull {
            fields["method"] = QuickBooksOnlineObject.text(object.body["PaymentMethodRef"]["name"].string)
        }
        return object.observation(.payment, fields: fields)
    }

    private func creditNote(_ object: QuickBooksOnlineObject) throws(ConnectorFault) -> Observation {
        let lines = try QuickBooksOnlineLine.read(object, marks: [], overlay: overlay)
        let invoice = object.body["InvoiceRef"]["value"].string.map {
            PatchValue.set(
                .reference(
                    .native(NativeReference(type: QuickBooksOnlineType.invoice.rawValue, id: $0), .invoice)))
        }
        return object.observation(
            .creditNote,
            fields: [
                "customer": object.customerReference,
                "invoice": invoice ?? .clear,
                "number": object.text("DocNumber"),
                "issued_on": object.date("TxnDate"),
                "lines": lines.isEmpty ? .clear : .set(.lines(lines)),
                "total": object.moneyField("TotalAmt"),
                "balance": object.body["RemainingCredit"].isNull
                    ? object.moneyField("Balance") : object.moneyField("RemainingCredit"),
                "reason": object.text("PrivateNote"),
            ])
    }
}
