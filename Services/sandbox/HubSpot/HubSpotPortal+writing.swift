import Foundation
import SandboxKit

extension HubSpotPortal {
    /// Creates a record from checked values.
    mutating func create(
        _ plural: String, values: [(String, String?)], id wanted: Int? = nil, context: WriteContext, stage: SandboxStage
    ) throws(HubSpotProblem) -> HubSpotRecord {
        let schema = try schema(plural)
        var properties = try checked(values, for: schema, record: nil, context: context).filter { !$0.value.isEmpty }
        try refuseTaken(properties, in: plural, for: nil)
        let missing = schema.kind.requiredProperties.filter { properties[$0] == nil }
        guard missing.isEmpty else {
            throw HubSpotProblem(
                status: 400, category: "VALIDATION_ERROR",
                message: "Error creating \(schema.kind.singular.uppercased()). Some required properties were not set.",
                context: ["properties": missing])
        }
        if let wanted, tables[plural]?.resolve(wanted) != nil { throw .invalid("The id \(wanted) is taken") }
        let id = wanted ?? tables[plural]?.ids.next() ?? 0
        if let wanted { tables[plural]?.ids.reserve(wanted) }
        addDefaults(&properties, kind: schema.kind, id: id, context: context)
        let record = HubSpotRecord(id: id, createdAt: context.now, properties: properties)
        return commit(record, over: nil, plural: plural, operation: "create", context: context, stage: stage)
    }

    /// Changes properties of a live record; an empty value clears one.
    mutating func update(
        _ plural: String, _ record: HubSpotRecord, values: [(String, String?)], context: WriteContext,
        stage: SandboxStage
    ) throws(HubSpotProblem) -> HubSpotRecord {
        let accepted = try checked(values, for: schema(plural), record: record, context: context)
        try refuseTaken(accepted, in: plural, for: record.id)
        var changed = record
        for (name, value) in accepted { changed.properties[name] = value.isEmpty ? nil : value }
        if plural == "quotes", !context.mayWriteReadOnly { try refuseUnready(quote: changed, before: record) }
        guard changed.properties != record.properties else { return record }
        return commit(changed, over: record, plural: plural, operation: "update", context: context, stage: stage)
    }

    /// Moves a record to the recycling bin, with its links.
    mutating func archive(_ plural: String, _ record: HubSpotRecord, context: WriteContext, stage: SandboxStage) {
        var archived = record
        archived.archivedAt = context.now
        archived.updatedAt = context.now
        archived.index(at: context.now)
        tables[plural]?.put(archived)
        let reference = ObjectReference(type: plural, id: record.id)
        let linked = associations.all(from: reference)
        associations.removeAll(of: reference)
        log(plural, record.id, "delete", [], context, stage)
        notify(plural, record.id, .deletion, context, stage)
        for (other, _) in linked where other.type == "quotes" { recompute(quote: other.id, context, stage) }
    }

    /// Brings an archived record back, without its links.
    mutating func restore(_ plural: String, _ record: HubSpotRecord, context: WriteContext, stage: SandboxStage)
        throws(HubSpotProblem)
    {
        try refuseTaken(record.properties, in: plural, for: record.id)
        var restored = record
        restored.archivedAt = nil
        restored.updatedAt = context.now
        restored.properties[try schema(plural).kind.modifiedProperty] = context.now.iso8601
        restored.index(at: context.now)
        tables[plural]?.put(restored)
        log(plural, record.id, "restore", [], context, stage)
        notify(plural, record.id, .restore, context, stage)
    }

    /// Merges a record into another: the primary's values win, its id survives, the other id leads to it.
    mutating func merge(
        _ plural: String, primary: HubSpotRecord, other: HubSpotRecord, context: WriteContext, stage: SandboxStage
    ) -> HubSpotRecord {
        // The loser gives up its unique values first, so that the survivor can take them.
        var loser = other
        loser.archivedAt = context.now
        loser.updatedAt = context.now
        loser.index(at: context.now)
        tables[plural]?.put(loser)
        tables[plural]?.aliases[other.id] = primary.id
        var merged = primary
        var moved = 0
        for (name, value) in other.properties where merged.properties[name] == nil {
            merged.properties[name] = value
            moved += 1
        }
        let known = (merged.properties["hs_merged_object_ids"] ?? "").split(separator: ";").map(String.init)
        merged.properties["hs_merged_object_ids"] = (known + [String(other.id)]).joined(separator: ";")
        if plural == "contacts", let email = other.properties["email"], email != merged.properties["email"] {
            let additional = (merged.properties["hs_additional_emails"] ?? "").split(separator: ";").map(String.init)
            merged.properties["hs_additional_emails"] = (additional + [email]).joined(separator: ";")
        }
        let from = ObjectReference(type: plural, id: other.id)
        let to = ObjectReference(type: plural, id: primary.id)
        let links = associations.all(from: from)
        associations.removeAll(of: from)
        for (neighbour, types) in links where neighbour != to {
            for type in types where !(associationKinds[type]?.isPrimary ?? false) {
                link(type, from: to, to: neighbour)
            }
        }
        log(
            plural, other.id, "merge", [FieldChange("mergedInto", old: nil, new: .string(String(primary.id)))], context,
            stage)
        let survivor = commit(
            merged, over: primary, plural: plural, operation: "update", context: context, stage: stage)
        notify(plural, primary.id, .merge(other: other.id, moved: moved), context, stage)
        return survivor
    }

    // MARK: Committing

    mutating func commit(
        _ record: HubSpotRecord, over old: HubSpotRecord?, plural: String, operation: String, context: WriteContext,
        stage: SandboxStage
    ) -> HubSpotRecord {
        guard let kind = kind(plural) else { return record }
        var record = record
        compute(&record, over: old, kind: kind, context: context)
        record.updatedAt = context.now
        let text = context.now.iso8601
        record.properties[kind.modifiedProperty] = text
        let before = old?.properties ?? [:]
        var changes: [FieldChange] = []
        for name in Set(before.keys).union(record.properties.keys).sorted()
        where before[name] != record.properties[name] && name != kind.modifiedProperty {
            changes.append(
                FieldChange(name, old: before[name].map(JSON.string), new: record.properties[name].map(JSON.string)))
            record.remember(
                name, record.properties[name] ?? "", at: context.now, source: context.changeSource,
                sourceID: account.sourceID(context.actor))
        }
        record.index(at: context.now)
        tables[plural]?.put(record)
        log(plural, record.id, operation, changes, context, stage)
        if old == nil { notify(plural, record.id, .creation, context, stage) }
        for change in changes where !Self.isUnannounced(change.name) {
            notify(plural, record.id, .propertyChange(change.name, change.new?.stringValue ?? ""), context, stage)
        }
        if plural == "line_items" {
            let quotes = associations.linked(from: ObjectReference(type: plural, id: record.id), to: "quotes").map(\.id)
            for quote in quotes { recompute(quote: quote, context, stage) }
        }
        return record
    }

    private static func isUnannounced(_ name: String) -> Bool {
        name.hasPrefix("hs_object_") || name == "createdate" || name == "hs_createdate"
    }

    func log(
        _ plural: String, _ id: Int, _ operation: String, _ fields: [FieldChange], _ context: WriteContext,
        _ stage: SandboxStage
    ) {
        guard !context.isRehearsal else { return }
        stage.history.commit(
            SandboxChange(
                vendor: stage.vendor, objectType: plural, nativeID: String(id), operation: operation, fields: fields,
                actor: context.actor, requestID: context.requestID, at: context.now))
    }

    // MARK: What HubSpot adds by itself

    private mutating func addDefaults(
        _ properties: inout [String: String], kind: ObjectKind, id: Int, context: WriteContext
    ) {
        properties["hs_object_id"] = String(id)
        properties["hs_object_source"] = context.changeSource
        properties["hs_object_source_id"] = account.sourceID(context.actor)
        properties["hs_object_source_label"] = context.changeSource
        if properties[kind.createdProperty] == nil { properties[kind.createdProperty] = context.now.iso8601 }
        switch kind.plural {
        case "contacts":
            if properties["lifecyclestage"] == nil { properties["lifecyclestage"] = "lead" }
        case "companies":
            if properties["domain"] == nil, let site = properties["website"] {
                properties["domain"] = Self.domain(of: site)
            }
        case "deals", "tickets":
            guard let (pipeline, stage) = Self.stageProperties(kind.plural), let first = pipelines[kind.plural]?.first
            else { break }
            if properties[pipeline] == nil { properties[pipeline] = first.id }
            let chosen = pipelines[kind.plural]?.first { $0.id == properties[pipeline] }
            if properties[stage] == nil { properties[stage] = chosen?.stages.first?.id }
        case "quotes":
            if properties["hs_status"] == nil { properties["hs_status"] = "DRAFT" }
            let date = context.now.dateOnly.replacing("-", with: "")
            if properties["hs_quote_number"] == nil { properties["hs_quote_number"] = "\(date)-\(quoteNumbers.next())" }
            if properties["hs_quote_amount"] == nil { properties["hs_quote_amount"] = "0" }
        default: break
        }
    }

    private static func domain(of website: String) -> String {
        let host = website.replacing(/^https?:\/\//, with: "").prefix { $0 != "/" }
        return host.hasPrefix("www.") ? String(host.dropFirst(4)) : String(host)
    }

    /// Values that follow from others.
    private func compute(
        _ record: inout HubSpotRecord, over old: HubSpotRecord?, kind: ObjectKind, context: WriteContext
    ) {
        if let (pipelineName, stageName) = Self.stageProperties(kind.plural),
            let stageID = record.properties[stageName], stageID != old?.properties[stageName]
        {
            record.properties["hs_v2_date_entered_\(stageID)"] = context.now.iso8601
            record.properties["hs_date_entered_\(stageID)"] = context.now.iso8601
            let stage = pipelines[kind.plural]?.first { $0.id == record.properties[pipelineName] }?
                .stages.first { $0.id == stageID }
            if kind.plural == "deals" {
                record.properties["hs_is_closed"] = stage?.isClosed == true ? "true" : "false"
                record.properties["hs_is_closed_won"] = stage?.isWon == true ? "true" : "false"
                record.properties["hs_deal_stage_probability"] = stage?.metadata["probability"]
                if stage?.isClosed == true, record.properties["closedate"] == old?.properties["closedate"] {
                    record.properties["closedate"] = context.now.iso8601
                }
            } else {
                record.properties["closed_date"] = stage?.isClosed == true ? context.now.iso8601 : nil
            }
        }
        if kind.plural == "contacts" {
            record.properties["hs_email_domain"] = record.properties["email"]?.split(separator: "@").last.map(
                String.init)
            let name = [record.properties["firstname"], record.properties["lastname"]].compactMap(\.self).joined(
                separator: " ")
            record.properties["hs_full_name_or_email"] = name.isEmpty ? record.properties["email"] : name
        }
        if kind.plural == "tasks", record.properties["hs_task_status"] == "COMPLETED",
            old?.properties["hs_task_status"] != "COMPLETED"
        {
            record.properties["hs_task_completion_date"] = context.now.iso8601
        }
        if kind.plural == "line_items" { Self.computeAmount(&record) }
    }

    private static func computeAmount(_ line: inout HubSpotRecord) {
        func decimal(_ name: String) -> Decimal? { line.properties[name].flatMap { Decimal(string: $0) } }
        guard let price = decimal("price") else { return }
        let gross = price * (decimal("quantity") ?? 1)
        var reduction = decimal("discount").map { $0 * (decimal("quantity") ?? 1) } ?? 0
        if let percent = decimal("hs_discount_percentage") { reduction += gross * percent / 100 }
        line.properties["hs_pre_discount_amount"] = "\(gross)"
        line.properties["hs_total_discount"] = reduction == 0 ? nil : "\(reduction)"
        line.properties["amount"] = "\(gross - reduction)"
    }

    /// The amount of a quote follows its line items.
    mutating func recompute(quote id: Int, _ context: WriteContext, _ stage: SandboxStage) {
        guard let quote = tables["quotes"]?.live(id) else { return }
        let lines = associations.linked(from: ObjectReference(type: "quotes", id: id), to: "line_items")
        let total = lines.reduce(Decimal(0)) { sum, line in
            let amount = tables["line_items"]?.live(line.id)?.properties["amount"]
            return sum + (amount.flatMap { Decimal(string: $0) } ?? 0)
        }
        guard quote.properties["hs_quote_amount"] != "\(total)" else { return }
        var changed = quote
        changed.properties["hs_quote_amount"] = "\(total)"
        _ = commit(changed, over: quote, plural: "quotes", operation: "update", context: context, stage: stage)
    }

    /// A quote is published only with a deal and a template.
    private func refuseUnready(quote: HubSpotRecord, before: HubSpotRecord) throws(HubSpotProblem) {
        let published: Set = ["PENDING_APPROVAL", "APPROVAL_NOT_NEEDED"]
        guard let status = quote.properties["hs_status"], published.contains(status),
            before.properties["hs_status"] == "DRAFT"
        else { return }
        let reference = ObjectReference(type: "quotes", id: quote.id)
        for other in ["deals", "quote_template"] where associations.linked(from: reference, to: other).isEmpty {
            throw .invalid("A quote must be associated with a \(kind(other)?.singular ?? other) before it is published")
        }
    }
}
