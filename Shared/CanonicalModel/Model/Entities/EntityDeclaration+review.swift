extension EntityDeclaration {
    static let amendment = EntityDeclaration(
        .amendment, "A change of scope that came from the site, beside the offer that it changes.",
        fields: [
            FieldDeclaration("job", .reference(.job), "Of which job.", requiredAtCreate: true),
            FieldDeclaration("estimate", .reference(.estimate), "Of which offer."),
            FieldDeclaration("summary", .notes, "What changes."),
            FieldDeclaration("lines", .lines, "The lines that are new or other.", pii: .financial),
            FieldDeclaration("difference", .money, "What it adds to the amount.", pii: .financial),
            FieldDeclaration("status", .choice(proposalStatuses), "What came of it."),
            FieldDeclaration("reason", .notes, "Why it was decided so."),
            FieldDeclaration("raised_at", .instant, "When it was raised."),
        ])

    static let dispatchChangeRequest = EntityDeclaration(
        .dispatchChangeRequest, "The wish of sales for another time; dispatch decides.",
        fields: [
            FieldDeclaration("job", .reference(.job), "Of which job.", requiredAtCreate: true),
            FieldDeclaration("requested_window", .appointment, "The time that is wished for."),
            FieldDeclaration("requested_by", .name, "Who wishes it.", pii: .personal),
            FieldDeclaration("status", .choice(proposalStatuses), "What came of it."),
            FieldDeclaration("reason", .notes, "Why it was decided so."),
            FieldDeclaration("raised_at", .instant, "When it was raised."),
        ])

    static let reopenTicket = EntityDeclaration(
        .reopenTicket, "The wish to have a closed job looked at again; field service decides.",
        fields: [
            FieldDeclaration("job", .reference(.job), "Which job.", requiredAtCreate: true),
            FieldDeclaration("summary", .notes, "What is wrong.", pii: .sensitive),
            FieldDeclaration("requested_by", .name, "Who wishes it.", pii: .personal),
            FieldDeclaration("status", .choice(["open", "resolved", "rejected"]), "What came of it."),
            FieldDeclaration("reason", .notes, "Why it was decided so."),
            FieldDeclaration("raised_at", .instant, "When it was raised."),
        ])

    static let contactProposal = EntityDeclaration(
        .contactProposal, "A correction of contact data that came from somebody who does not own it.",
        fields: [
            FieldDeclaration("contact", .reference(.contact), "Of which person."),
            FieldDeclaration("customer", .reference(.customer), "Of which customer."),
            FieldDeclaration("field", .name, "Which field."),
            FieldDeclaration("proposed", .notes, "The value that is proposed.", pii: .personal),
            FieldDeclaration("current", .notes, "The value that the owner has.", pii: .personal),
            FieldDeclaration("status", .choice(proposalStatuses), "What came of it."),
            FieldDeclaration("reason", .notes, "Why it was decided so."),
            FieldDeclaration("raised_at", .instant, "When it was raised."),
        ])

    static let attachment = EntityDeclaration(
        .attachment, "A document or picture; its bytes stay in one home and travel by reference.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Whose it is."),
            FieldDeclaration("job", .reference(.job), "Of which job."),
            FieldDeclaration("name", .name, "The file's name.", pii: .personal),
            FieldDeclaration("media_type", .name, "Its media type."),
            FieldDeclaration("home", .name, "The connection that keeps it."),
            FieldDeclaration("content_hash", .text(max: 64), "SHA-256 of its bytes, in hex."),
            FieldDeclaration("version", .integer, "Counts its versions."),
            FieldDeclaration("size", .integer, "How large it is.", unit: "bytes"),
        ])

    static let communication = EntityDeclaration(
        .communication, "Something said between the company and its customer.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "With whom.", requiredAtCreate: true),
            FieldDeclaration("contact", .reference(.contact), "With which person."),
            FieldDeclaration("job", .reference(.job), "About which job."),
            FieldDeclaration("channel", .choice(["note", "call", "email", "text", "on_site"]), "How."),
            FieldDeclaration("direction", .choice(["inbound", "outbound", "internal"]), "From whom to whom."),
            FieldDeclaration("author", .name, "Who said or wrote it.", pii: .personal),
            FieldDeclaration("body", .notes, "What was said.", pii: .sensitive),
            FieldDeclaration("at", .instant, "When."),
        ])

    static let proposalStatuses = ["open", "accepted", "rejected"]
}
