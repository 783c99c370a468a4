import CanonicalModel
import SyncCore
import SyncStore

/// Judges what became of one record in all systems.
struct RecordChecker {
    let world: World
    let record: Int

    func violations() -> [Violation] {
        isExplained ? [] : effects() + values() + proposals() + order() + ownership()
    }

    private func fail(_ invariant: String, _ text: String) -> Violation {
        Violation(invariant: invariant, text: "record \(record): \(text)")
    }

    /// Whether something is as it must be after a request that nobody could prevent: a process that had slept has sent it.
    ///
    /// Either a person is asked about two objects of one record, or people have worked on the second object before it was
    /// taken back.
    var isExplained: Bool {
        let ours = Set(
            Role.allCases.flatMap { role in
                world.vendor(role).objects.values.map { world.vendor(role).states[$0] }
                    .filter { World.record(of: $0) == record }.compactMap(\.externalID)
            })
        let isAsked = world.database.openProposals.contains { $0.kind == .doubleLink && ours.contains($0.key.record) }
        if isAsked, world.vendors.contains(where: { $0.history.contains { $0.isLate && $0.author == .us } }) {
            return true
        }
        return deeds.contains { deed in
            guard let native = deed.native else { return false }
            let history = world.vendor(deed.action.kind.role).history.filter { $0.native == native }
            return history.first?.isLate == true && history.contains { $0.operation == .archive }
        }
    }

    // MARK: What people did

    private var deeds: [Deed] { world.deeds.filter { $0.action.record == record && $0.isDone } }
    private func did(_ kind: Action.Kind) -> Bool { deeds.contains { $0.action.kind == kind } }

    // MARK: What is there

    private func live(_ entity: EntityKind, _ role: Role) -> [SimulatedVendor.State] {
        world.vendor(role).live(entity).filter { World.record(of: $0) == record }
    }

    private func history(_ role: Role, _ entity: EntityKind) -> [VendorChange] {
        let vendor = world.vendor(role)
        return vendor.history.filter { change in
            change.entity == entity && vendor.current(change.native).flatMap(World.record) == record
        }
    }

    // MARK: Effects

    /// I2: one of each, wherever it belongs; none where nobody wanted it.
    private func effects() -> [Violation] {
        let sold = did(.approveEstimate)
        let billed = did(.completeJob)
        var found: [Violation] = []
        found += once(.customer, .fsm, sold)
        found += once(.job, .fsm, sold)
        found += once(.job, .crm, sold)
        found += once(.customer, .ledger, billed)
        found += once(.invoice, .ledger, billed)
        return found
    }

    private func once(_ entity: EntityKind, _ role: Role, _ isWanted: Bool) -> [Violation] {
        let there = live(entity, role).count
        let what = "\(entity.rawValue) in the \(role.rawValue)"
        if isWanted, there == 0 { return [fail("I1", "there is no \(what)")] }
        if there > (isWanted ? 1 : 0) { return [fail("I2", "there is a \(what) \(there) times")] }
        // One that was taken back must have been made by a request that nobody could prevent.
        let made = history(role, entity).filter { $0.operation == .create && $0.author == .us }
        if made.count > 1, !made.contains(where: \.isLate) {
            return [fail("I2", "a \(what) was made \(made.count) times")]
        }
        return []
    }

    // MARK: Values

    /// I1 and I6: every system shows the newest value of its owner.
    private func values() -> [Violation] {
        var found: [Violation] = []
        let customer = live(.customer, .crm).first
        for role in [Role.fsm, .ledger] {
            for shown in live(.customer, role) {
                found += same("name", of: customer, shown, role)
                if !isProposed("phone", in: role) { found += same("phone", of: customer, shown, role) }
            }
        }
        if let debtor = live(.customer, .ledger).first, let customer {
            found += same("billing_terms", of: debtor, customer, .crm)
        }
        let work = live(.job, .fsm).first
        for shown in live(.job, .crm) {
            for field in ["status", "completion_notes"] as [FieldName] { found += same(field, of: work, shown, .crm) }
        }
        for invoice in live(.invoice, .ledger) {
            found += amounts(of: invoice)
            for role in [Role.crm, .fsm] {
                for job in live(.job, role) {
                    found += same("number", of: invoice, job, role, as: "invoice_number")
                    found += same("status", of: invoice, job, role, as: "invoice_status")
                    found += same("balance", of: invoice, job, role, as: "invoice_balance")
                }
            }
        }
        return found
    }

    /// I9: what was approved is what is done and billed, to the cent.
    private func amounts(of invoice: SimulatedVendor.State) -> [Violation] {
        let approved = deeds.last { $0.action.kind == .approveEstimate }?.fields["total"]
        guard invoice.fields["total"] != approved else { return [] }
        return [fail("I9", "billed \(Self.text(invoice.fields["total"])) instead of \(Self.text(approved))")]
    }

    private func same(
        _ field: FieldName, of owner: SimulatedVendor.State?, _ shown: SimulatedVendor.State, _ role: Role,
        as name: FieldName? = nil
    ) -> [Violation] {
        let wanted = owner?.fields[field] ?? .clear
        let name = name ?? field
        let value = shown.fields[name] ?? .clear
        guard wanted != value else { return [] }
        let what = "\(shown.entity.rawValue).\(name.name) in the \(role.rawValue)"
        return [fail("I1", "\(what) is \(Self.text(value)) instead of \(Self.text(wanted))")]
    }

    private func isProposed(_ field: FieldName, in role: Role) -> Bool {
        let connection = world.vendor(role).profile.connection
        let ours = live(.customer, .crm).compactMap(\.externalID)
        return world.database.openProposals.contains {
            $0.key.field == field && $0.key.connection == connection && ours.contains($0.key.record)
        }
    }

    /// A proposal is open for what its side shows, and for nothing that was taken back.
    ///
    /// What was taken back to the very value that a request of ours had wanted whose outcome is in doubt may be that request,
    /// come late: the proposal stays, and a person decides.
    private func proposals() -> [Violation] {
        let ours = live(.customer, .crm).compactMap(\.externalID)
        return world.database.openProposals.compactMap { proposal in
            guard ours.contains(proposal.key.record),
                let role = Role.allCases.first(where: { world.vendor($0).profile.connection == proposal.key.connection }
                ),
                let shown = live(.customer, role).first
            else { return nil }
            let value = wish(for: proposal.key.field, on: shown.native, in: role)
            guard value != proposal.proposed else { return nil }
            let place = Place(
                record: proposal.key.record, connection: proposal.key.connection, entity: shown.entity)
            if let value, world.database.wasInDoubt(value, of: proposal.key.field, at: place) { return nil }
            return fail(
                "I1", "\(Self.text(proposal.proposed)) is proposed, and the \(role.rawValue) wants \(Self.text(value))")
        }
    }

    /// What the people of a system last changed a field to, as far as it could be known.
    ///
    /// A write of ours that was on its way when they wrote may stand there now; and who writes what is there already has
    /// changed nothing.
    private func wish(for field: FieldName, on native: NativeReference, in role: Role) -> PatchValue? {
        let vendor = world.vendor(role)
        let history = vendor.history.filter { $0.native == native }
        var shown: PatchValue?
        var wish: PatchValue?
        for (place, change) in history.enumerated() {
            guard let value = change.fields[field],
                change.author == .us || couldBeSeen(field, history[place...], vendor)
            else { continue }
            if change.author != .us, value != shown { wish = value }
            shown = value
        }
        return wish
    }

    /// Whether a read has shown the first of these changes of a field before the next one.
    ///
    /// What nothing has changed since must be seen, and what a conditional write has covered was. Else nobody could know of
    /// it, where a person has changed it again at once, or an unconditional write of ours came between.
    private func couldBeSeen(
        _ field: FieldName, _ history: ArraySlice<VendorChange>, _ vendor: SimulatedVendor
    ) -> Bool {
        guard let next = history.dropFirst().firstIndex(where: { $0.fields[field] != nil }) else { return true }
        if history[next].author == .us, vendor.profile.wantsVersion { return true }
        return history[..<next].contains { vendor.seen.contains($0.state) }
    }

    // MARK: Order

    /// No old value comes back: what we write of a field follows the order in which its owner has set it.
    private func order() -> [Violation] {
        followed("name", of: .customer, by: .crm, in: .fsm) + followed("name", of: .customer, by: .crm, in: .ledger)
            + followed("phone", of: .customer, by: .crm, in: .ledger)
            + followed("completion_notes", of: .job, by: .fsm, in: .crm)
            + followed("billing_terms", of: .customer, by: .ledger, in: .crm)
    }

    private func followed(
        _ field: FieldName, of entity: EntityKind, by owner: Role, in role: Role
    ) -> [Violation] {
        let given = history(owner, entity).compactMap { $0.author == .us ? nil : $0.fields[field] }
        var newest = 0
        var mayRepeat = false
        for change in history(role, entity) where change.author == .us {
            guard let value = change.fields[field] else { continue }
            // What a process that slept has sent is put right by writing the newest value once more.
            if change.isLate {
                mayRepeat = true
                continue
            }
            guard let place = given.lastIndex(of: value) else {
                return [fail("I3", "we wrote \(field.name) \(Self.text(value)), which its owner never had")]
            }
            if place < newest, !mayRepeat {
                return [fail("I5", "\(field.name) went back to \(Self.text(value)) in the \(role.rawValue)")]
            }
            newest = max(newest, place)
        }
        return []
    }

    // MARK: Ownership

    /// I3: nothing of an owner's is changed by us in its own system. I4: an invoice keeps its number.
    private func ownership() -> [Violation] {
        let owned: [(Role, EntityKind, Set<FieldName>)] = [
            (.crm, .customer, ["name", "phone"]),
            (.fsm, .job, ["status", "status_history", "completion_notes"]),
            (.ledger, .customer, ["billing_terms"]), (.ledger, .invoice, ["number", "status", "balance", "total"]),
        ]
        return owned.flatMap { role, entity, fields in
            history(role, entity).compactMap { change in
                guard change.author == .us, change.operation == .update,
                    let field = change.fields.keys.first(where: fields.contains)
                else { return nil }
                return fail("I3", "we changed \(field.name) in the \(role.rawValue), which owns it")
            }
        }
    }

    private static func text(_ value: PatchValue?) -> String {
        switch value?.value {
        case .text(let text): "'\(text)'"
        case .choice(let word): "'\(word)'"
        case .money(let money): "\(money)"
        case nil: "nothing"
        default: "another value"
        }
    }
}
