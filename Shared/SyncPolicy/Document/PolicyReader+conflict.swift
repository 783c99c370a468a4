import CanonicalModel

/// What `on_conflict` says, in parts.
struct ConflictClause: Equatable {
    var discipline = FieldRule.Discipline.free
    var others: FieldRule.Others?
    var holdsInProgress = false
}

extension PolicyReader {
    /// Reads the words of `on_conflict`: at most one for the owner's own changes and one for those of others.
    mutating func clause(
        _ node: PolicyNode, _ path: String, _ field: FieldDeclaration, _ kind: EntityKind, _ owner: Role?
    ) -> ConflictClause {
        let path = "\(path).on_conflict"
        var clause = ConflictClause()
        for element in words(node, path, "a conflict rule", of: ConflictWord.all) ?? [] {
            guard let word = element.word else { continue }
            if let kindOfProposal = ProposalKind(rawValue: word) {
                if let reason = unfit(kindOfProposal, field, kind, owner) {
                    fault(element, path, "a \(word) cannot come of \(kind.rawValue).\(field.name): \(reason)")
                }
                setOthers(.propose(kindOfProposal), element, path, &clause)
                continue
            }
            switch ConflictWord(rawValue: word) {
            case .ownerWins: setOthers(.ownerWins, element, path, &clause)
            case .ownerWinsInWindow: setOthers(.ownerWinsInWindow, element, path, &clause)
            case .writeOnce: setDiscipline(.writeOnce, element, path, &clause)
            case .monotone:
                guard case .choice(let words) = field.type else {
                    fault(
                        element, path,
                        "only a field with a closed list of words has an order, and this is a "
                            + "\(field.type.name)", suggestion: "remove monotone")
                    continue
                }
                setDiscipline(.monotone(MonotoneOrder(words: words)), element, path, &clause)
            case .holdInProgress:
                if kind != .job, ModelCatalog.field("job", of: kind) == nil {
                    fault(element, path, "a \(kind.rawValue) belongs to no job that could be in progress")
                }
                clause.holdsInProgress = true
            case nil: break
            }
        }
        // A ticket asks to leave a final status, which only an order of the statuses tells.
        if clause.others == .propose(.reopenTicket), clause.discipline == .free {
            fault(
                node, path, "reopen_ticket needs to know which status is final",
                suggestion: "write [monotone, reopen_ticket]")
        }
        return clause
    }

    /// Reads from which word on a monotone field cannot go back.
    mutating func order(
        _ node: PolicyNode?, _ path: String, _ field: FieldDeclaration, _ discipline: FieldRule.Discipline
    ) -> FieldRule.Discipline {
        guard let node else { return discipline }
        guard case .monotone(let order) = discipline else {
            fault(
                node, "\(path).order_from", "only a monotone field has an order",
                suggestion: "add 'on_conflict: monotone', or remove order_from")
            return discipline
        }
        guard let word = word(node, "\(path).order_from", "a word of the field", of: order.words) else {
            return discipline
        }
        return .monotone(MonotoneOrder(words: order.words, bindsFrom: word))
    }

    private mutating func setOthers(
        _ rule: FieldRule.Others, _ node: PolicyNode, _ path: String, _ clause: inout ConflictClause
    ) {
        if clause.others != nil {
            fault(
                node, path, "two rules for the changes of others", suggestion: "keep one of them")
        }
        clause.others = rule
    }

    private mutating func setDiscipline(
        _ rule: FieldRule.Discipline, _ node: PolicyNode, _ path: String, _ clause: inout ConflictClause
    ) {
        if clause.discipline != .free {
            fault(node, path, "write_once and monotone exclude each other", suggestion: "keep one of them")
        }
        clause.discipline = rule
    }

    /// Why such a proposal cannot come of the field; nil where it can.
    private func unfit(
        _ proposal: ProposalKind, _ field: FieldDeclaration, _ kind: EntityKind, _ owner: Role?
    ) -> String? {
        switch proposal {
        case .contactProposal:
            [.customer, .contact, .site].contains(kind) ? nil : "only customers, contacts and sites have contact data"
        case .dispatchChangeRequest:
            if kind != .job && kind != .appointment {
                "only jobs and appointments are dispatched"
            } else {
                field.type == .appointment || field.type == .instant ? nil : "it asks for another time"
            }
        case .reopenTicket: kind == .job && field.name == "status" ? nil : "it asks to reopen the status of a job"
        case .amendment:
            kind == .job && owner != .fsm ? nil : "it changes the scope of a job, which the FSM does not own"
        }
    }
}
