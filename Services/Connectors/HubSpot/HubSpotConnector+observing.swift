import CanonicalModel
public import ConnectorKit
public import SyncCore

extension HubSpotConnector {
    /// What an object says of the entities that it stands for.
    public func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation] {
        guard let type = HubSpotType(rawValue: object.reference.type) else { return [] }
        let reader = HubSpotObject(object, type: type, declaration: declaration)
        switch type {
        case .company: return [customer(reader)] + companySite(reader)
        case .contact: return [contact(reader)]
        case .deal: return try deal(reader)
        case .quote: return [try estimate(reader)]
        case .lineItem: return []
        }
    }

    private func customer(_ object: HubSpotObject) -> Observation {
        var fields: Patch = [
            "name": object.text("name"),
            "phone": object.text("phone"),
            "website": object.text("domain"),
            "industry": object.text("industry"),
            "notes": object.text("description"),
            "billing_address": object.address(HubSpotProperties.address),
            "primary_contact": object.contact(notLabelled: overlay.billingLabel),
            "billing_contact": object.contact(labelled: overlay.billingLabel),
        ]
        for mapped in HubSpotProperties.company { fields[mapped.field] = object.mapped(mapped, of: .customer) }
        return object.observation(.customer, fields: fields, idProperty: HubSpotProperties.externalID)
    }

    /// A company's address is its site, until a deal names another.
    private func companySite(_ object: HubSpotObject) -> [Observation] {
        guard object.address(HubSpotProperties.address) != .clear else { return [] }
        return [
            object.observation(
                .site,
                fields: [
                    "customer": .set(.reference(.native(object.native, .customer))),
                    "name": object.text("name"),
                    "address": object.address(HubSpotProperties.address),
                    "access_notes": object.text(HubSpotProperties.siteAccessNotes),
                ], idProperty: HubSpotProperties.siteID)
        ]
    }

    private func contact(_ object: HubSpotObject) -> Observation {
        var fields: Patch = [
            "first_name": object.text("firstname"),
            "last_name": object.text("lastname"),
            "job_title": object.text("jobtitle"),
            "phone": object.text("phone"),
            "mobile": object.text("mobilephone"),
            "email": object.text("email"),
            "customer": object.reference(to: .company, .customer),
        ]
        for mapped in HubSpotProperties.contact { fields[mapped.field] = object.mapped(mapped, of: .contact) }
        return object.observation(.contact, fields: fields, idProperty: HubSpotProperties.externalID)
    }

    private func deal(_ object: HubSpotObject) throws(ConnectorFault) -> [Observation] {
        var site: [Observation] = []
        var siteReference = PatchValue.clear
        if object.address(HubSpotProperties.siteAddress) != .clear {
            siteReference = .set(.reference(.native(object.native, .site)))
            site = [dealSite(object)]
        } else if case .set(.reference(.native(let company, _))) = object.reference(to: .company, .customer) {
            siteReference = .set(.reference(.native(company, .site)))
        }
        let stage = try object.word("dealstage", in: overlay.stages, what: "deal stage")
        var fields: Patch = [
            "title": object.text("dealname"),
            "customer": object.reference(to: .company, .customer),
            "contact": object.reference(to: .contact, .contact),
            "stage": stage,
            "stage_history": try object.history("dealstage", in: overlay.stages, what: "deal stage"),
            "amount": object.money("amount"),
            "close_date": object.date("closedate"),
            "description": object.text("description"),
            "requirements": object.text("plumbline_requirements"),
            "requested_window": object.window("plumbline_requested_start", "plumbline_requested_end"),
        ]
        fields["site"] = siteReference
        return [
            object.observation(.opportunity, fields: fields, idProperty: HubSpotProperties.externalID), job(object),
        ] + site
    }

    private func dealSite(_ object: HubSpotObject) -> Observation {
        object.observation(
            .site,
            fields: [
                "customer": object.reference(to: .company, .customer),
                "name": object.text("plumbline_site_name"),
                "address": object.address(HubSpotProperties.siteAddress),
                "time_zone": object.text(HubSpotProperties.windowZone),
                "access_notes": object.text(HubSpotProperties.siteAccessNotes),
            ], idProperty: HubSpotProperties.siteID)
    }

    private func job(_ object: HubSpotObject) -> Observation {
        var fields: Patch = [
            "opportunity": .set(.reference(.native(object.native, .opportunity))),
            "scheduled_window": object.window(HubSpotProperties.windowStart, HubSpotProperties.windowEnd),
        ]
        for mapped in HubSpotProperties.job where mapped.isRead {
            fields[mapped.field] = object.mapped(mapped, of: .job)
        }
        return object.observation(.job, fields: fields, idProperty: HubSpotProperties.jobID)
    }

    private func estimate(_ object: HubSpotObject) throws(ConnectorFault) -> Observation {
        let lines = try object.lines()
        let history = try object.history("hs_status", in: overlay.quoteStatuses, what: "quote status")
        let currency = lines.first?.amount.currency ?? declaration.currency
        let subtotal = lines.reduce(Money.zero(currency)) { sum, line in sum.adding(line.amount) ?? sum }
        var approved = PatchValue.clear
        if case .set(.history(let steps)) = history,
            let at = steps.filter({ $0.status == "approved" }).map(\.at).max()
        {
            approved = .set(.instant(at))
        }
        return object.observation(
            .estimate,
            fields: [
                "title": object.text("hs_title"),
                "number": object.text("hs_quote_number"),
                "status": try object.word("hs_status", in: overlay.quoteStatuses, what: "quote status"),
                "status_history": history,
                "approved_at": approved,
                "valid_until": object.date("hs_expiration_date"),
                "terms": object.text("hs_terms"),
                "customer": object.reference(to: .company, .customer),
                "contact": object.reference(to: .contact, .contact),
                "opportunity": object.reference(to: .deal, .opportunity),
                "lines": lines.isEmpty ? .clear : .set(.lines(lines)),
                "subtotal": .set(.money(subtotal)),
                "total": .set(.money(subtotal)),
            ], idProperty: HubSpotProperties.externalID)
    }
}
