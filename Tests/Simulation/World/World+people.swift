import CanonicalModel

/// What people do, each in their own system.
extension World {
    /// The name by which everything of a record is known in all systems.
    static func tag(_ record: Int) -> String { "record \(record) " }

    /// How long somebody waits for what an action is about, in microseconds.
    private static let patience: Int64 = 40 * 60 * 1_000_000

    func planPeople() {
        actionsLeft = schedule.actions.count
        for record in Set(schedule.actions.map(\.record)).sorted() {
            follow(schedule.actions.filter { $0.record == record }[...])
        }
    }

    /// Does what is planned for a record, one after the other: each waits until what it is about is there.
    private func follow(_ actions: ArraySlice<Action>) {
        guard let action = actions.first else { return }
        after(max(action.at - elapsed, 1_000)) { [unowned self] in
            attempt(action, until: elapsed + Self.patience) { self.follow(actions.dropFirst()) }
        }
    }

    private func attempt(_ action: Action, until end: Int64, then: @escaping () -> Void) {
        guard let deed = perform(action) else {
            guard elapsed < end else {
                deeds.append(Deed(action: action))
                actionsLeft -= 1
                return then()
            }
            after(2_000_000) { self.attempt(action, until: end, then: then) }
            return
        }
        deeds.append(deed)
        actionsLeft -= 1
        then()
    }

    /// Does it; nil where what it is about is not there yet.
    private func perform(_ action: Action) -> Deed? {
        let text = Self.tag(action.record) + "#\(action.mark)"
        switch action.kind {
        case .enterCustomer:
            return make(action, .customer, ["name": .set(.text(text)), "phone": .set(.text(phone(action)))])
        case .approveEstimate:
            guard let customer = find(.customer, action, in: .crm) else { return nil }
            return make(action, .estimate, estimate(action, of: customer, text))
        case .rename, .renameInField:
            return edit(action, .customer, ["name": .set(.text(text))])
        case .changePhone, .correctPhone:
            return edit(action, .customer, ["phone": .set(.text(phone(action)))])
        case .takePhoneBack:
            guard let office = find(.customer, action, in: .crm).flatMap(vendor(.crm).current)?.fields["phone"] else {
                return nil
            }
            return edit(action, .customer, ["phone": office])
        case .startJob: return step(action, "started", [:])
        case .completeJob: return step(action, "completed", ["completed_at": .set(.instant(now))])
        case .noteWork: return edit(action, .job, ["completion_notes": .set(.text(text))])
        case .setTerms: return edit(action, .customer, ["billing_terms": .set(.text("net \(action.mark)"))])
        case .pay: return pay(action)
        case .writeNumber: return edit(action, .job, ["invoice_number": .set(.text("own \(action.mark)"))])
        }
    }

    private func phone(_ action: Action) -> String { "+1 555 01\(action.mark)" }

    private func estimate(_ action: Action, of customer: NativeReference, _ text: String) -> Patch {
        let price = Money(minorUnits: Int64(10_000 + action.mark), currency: .usd)
        let line = LineItem(key: "a", kind: .service, description: text, quantity: Quantity(1), unitPrice: price)
        return [
            "customer": .set(.reference(.native(customer, .customer))), "title": .set(.text(text)),
            "status": .set(.choice("approved")), "lines": .set(.lines([line])), "total": .set(.money(price)),
        ]
    }

    private func step(_ action: Action, _ status: String, _ more: Patch) -> Deed? {
        guard let native = find(.job, action, in: .fsm), let job = vendor(.fsm).current(native) else { return nil }
        var steps: [StatusStep] = []
        if case .set(.history(let known)) = job.fields["status_history"] { steps = known }
        steps.append(StatusStep(status, at: now))
        var fields = more
        fields["status"] = .set(.choice(status))
        fields["status_history"] = .set(.history(steps))
        return edit(action, .job, fields)
    }

    private func pay(_ action: Action) -> Deed? {
        guard let native = find(.invoice, action, in: .ledger), let invoice = vendor(.ledger).current(native),
            case .set(.money(let balance)) = invoice.fields["balance"]
        else { return nil }
        // Half of what is owed, or the rest.
        let left = balance.minorUnits > 2_000 ? balance.minorUnits / 2 : 0
        return edit(
            action, .invoice,
            [
                "balance": .set(.money(Money(minorUnits: left, currency: .usd))),
                "status": .set(.choice(left == 0 ? "paid" : "partly_paid")),
            ])
    }

    private func make(_ action: Action, _ entity: EntityKind, _ fields: Patch) -> Deed {
        vendor(action.kind.role).hides = isActive(.changesHidden, action.kind.role)
        let native = vendor(action.kind.role).make(entity, fields, mark: action.mark, now: now)
        return Deed(action: action, native: native, fields: fields, at: now)
    }

    private func edit(_ action: Action, _ entity: EntityKind, _ fields: Patch) -> Deed? {
        guard let native = find(entity, action, in: action.kind.role) else { return nil }
        vendor(action.kind.role).hides = isActive(.changesHidden, action.kind.role)
        vendor(action.kind.role).edit(native, fields, mark: action.mark, now: now)
        return Deed(action: action, native: native, fields: fields, at: now)
    }

    /// The object of an action's record that people find in a system.
    private func find(_ entity: EntityKind, _ action: Action, in role: Role) -> NativeReference? {
        vendor(role).live(entity).first { Self.record(of: $0) == action.record }?.native
    }

    /// Which record an object is of, by what it is called.
    static func record(of state: SimulatedVendor.State) -> Int? {
        for field in ["name", "title", "memo"] as [FieldName] {
            guard case .set(.text(let text)) = state.fields[field], text.hasPrefix("record ") else { continue }
            return text.utf8.dropFirst(7).prefix { $0 != UInt8(ascii: " ") }.reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        return nil
    }
}
