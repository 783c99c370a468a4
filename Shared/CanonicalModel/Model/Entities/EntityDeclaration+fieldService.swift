extension EntityDeclaration {
    static let jobStatuses = [
        "unscheduled", "scheduled", "dispatched", "en_route", "on_site", "started", "on_hold", "completed", "cancelled",
    ]
    static let appointmentStatuses = [
        "unscheduled", "scheduled", "en_route", "on_site", "started", "completed", "cancelled",
    ]

    static let job = EntityDeclaration(
        .job, "A piece of work for a customer at a site; the work order.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "For whom.", requiredAtCreate: true),
            FieldDeclaration("site", .reference(.site), "Where.", requiredAtCreate: true),
            FieldDeclaration("contact", .reference(.contact), "Whom to call on the way."),
            FieldDeclaration("opportunity", .reference(.opportunity), "The sale that it came from."),
            FieldDeclaration("estimate", .reference(.estimate), "The approved offer that it carries out."),
            FieldDeclaration("agreement", .reference(.serviceAgreement), "The agreement that it is done under."),
            FieldDeclaration("number", .name, "The number that people call it by."),
            FieldDeclaration("title", .name, "What is to be done."),
            FieldDeclaration("description", .notes, "The scope of work in words."),
            FieldDeclaration("instructions", .notes, "What the crew must know.", pii: .sensitive),
            FieldDeclaration("lines", .lines, "The scope at the approved prices.", pii: .financial),
            FieldDeclaration("total", .money, "The approved amount.", pii: .financial),
            FieldDeclaration("revision", .integer, "The revision of the offer that the scope follows."),
            FieldDeclaration("terms", .notes, "Warranty and service level; read-only in the field.", pii: .financial),
            FieldDeclaration("required_skills", .texts, "What the crew must be able to do."),
            FieldDeclaration("required_equipment", .texts, "What the crew must bring."),
            FieldDeclaration("priority", .choice(["low", "normal", "high", "emergency"]), "How urgent it is."),
            FieldDeclaration("requested_window", .appointment, "The appointment that sales has promised."),
            FieldDeclaration("status", .choice(jobStatuses), "How far the work has come."),
            FieldDeclaration("status_history", .history(jobStatuses), "The statuses so far."),
            FieldDeclaration("scheduled_window", .appointment, "When the crew comes next."),
            FieldDeclaration("eta", .instant, "When the crew is expected."),
            FieldDeclaration("crew", .texts, "Who comes.", pii: .personal),
            FieldDeclaration("on_site_lines", .lines, "What the crew added or changed on site.", pii: .financial),
            FieldDeclaration("labor_hours", .quantity, "The hours worked.", unit: "hours"),
            FieldDeclaration("parts_used", .lines, "The parts used.", pii: .financial),
            FieldDeclaration("completed_at", .instant, "When the work was done."),
            FieldDeclaration("completion_notes", .notes, "What was done.", pii: .sensitive),
            FieldDeclaration("final_amount", .money, "What the work comes to, by the field.", pii: .financial),
            FieldDeclaration(
                "billing_hold", .flag, "Whether billing waits for an approval of changed scope.", derived: true),
            FieldDeclaration("invoice_number", .name, "The number of the current invoice.", derived: true),
            FieldDeclaration("invoice_status", .choice(invoiceStatuses), "Its status.", derived: true),
            FieldDeclaration("invoice_total", .money, "Its amount.", pii: .financial, derived: true),
            FieldDeclaration("invoice_balance", .money, "What is still owed on it.", pii: .financial, derived: true),
            FieldDeclaration("invoice_due_on", .date, "The day that it is due.", derived: true),
            FieldDeclaration("invoices", .references(.invoice), "All invoices, void ones too.", derived: true),
        ])

    static let appointment = EntityDeclaration(
        .appointment, "A visit of a crew for a job.",
        fields: [
            FieldDeclaration("job", .reference(.job), "For which job.", requiredAtCreate: true),
            FieldDeclaration("title", .name, "What the visit is for."),
            FieldDeclaration("window", .appointment, "When."),
            FieldDeclaration("eta", .instant, "When the crew is expected."),
            FieldDeclaration("crew", .texts, "Who comes.", pii: .personal),
            FieldDeclaration("status", .choice(appointmentStatuses), "How far the visit has come."),
            FieldDeclaration("completed_at", .instant, "When it was done."),
            FieldDeclaration("instructions", .notes, "What the crew must know.", pii: .sensitive),
        ])

    static let timeEntry = EntityDeclaration(
        .timeEntry, "Time that somebody has worked for a job.",
        fields: [
            FieldDeclaration("job", .reference(.job), "For which job.", requiredAtCreate: true),
            FieldDeclaration("appointment", .reference(.appointment), "During which visit."),
            FieldDeclaration("technician", .name, "Who.", pii: .personal),
            FieldDeclaration("started_at", .instant, "From."),
            FieldDeclaration("ended_at", .instant, "To; none while the clock runs."),
            FieldDeclaration("duration", .integer, "How long.", unit: "seconds"),
            FieldDeclaration("labor_rate", .money, "What an hour costs the company.", pii: .financial),
            FieldDeclaration("approved", .flag, "Whether the office has approved it."),
            FieldDeclaration("notes", .notes, "What was done.", pii: .sensitive),
        ])

    static let partUsage = EntityDeclaration(
        .partUsage, "A part that was used on a job.",
        fields: [
            FieldDeclaration("job", .reference(.job), "For which job.", requiredAtCreate: true),
            FieldDeclaration("item", .reference(.item), "Which item of the price list."),
            FieldDeclaration("description", .name, "What it is."),
            FieldDeclaration("quantity", .quantity, "How many."),
            FieldDeclaration("unit_price", .money, "What the customer pays for one.", pii: .financial),
            FieldDeclaration("unit_cost", .money, "What one costs the company.", pii: .financial),
            FieldDeclaration("serial_number", .name, "Its serial number."),
            FieldDeclaration("used_at", .instant, "When."),
        ])

    static let asset = EntityDeclaration(
        .asset, "Equipment installed at a site.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Whose it is.", requiredAtCreate: true),
            FieldDeclaration("site", .reference(.site), "Where it stands."),
            FieldDeclaration("item", .reference(.item), "Which item of the price list it is."),
            FieldDeclaration("name", .name, "What people call it."),
            FieldDeclaration("manufacturer", .name, "Who made it."),
            FieldDeclaration("model", .name, "Its model."),
            FieldDeclaration("serial_number", .name, "Its serial number."),
            FieldDeclaration("installed_on", .date, "When it was installed."),
            FieldDeclaration("warranty_until", .date, "The last day of the warranty."),
            FieldDeclaration("condition", .notes, "The state it was last found in."),
            FieldDeclaration("status", .choice(["active", "retired"]), "Whether it is in use."),
        ])

    static let serviceReport = EntityDeclaration(
        .serviceReport, "What a visit found: findings, satisfaction, service level.",
        fields: [
            FieldDeclaration("job", .reference(.job), "Of which job.", requiredAtCreate: true),
            FieldDeclaration("asset", .reference(.asset), "On which equipment."),
            FieldDeclaration("findings", .notes, "What was found and done.", pii: .sensitive),
            FieldDeclaration("checklist", .texts, "The points that were checked."),
            FieldDeclaration("satisfaction", .integer, "What the customer said of it.", unit: "points of 10"),
            FieldDeclaration("service_level_met", .flag, "Whether the promised times were kept."),
            FieldDeclaration("follow_up", .notes, "What should be sold or done next."),
            FieldDeclaration("reported_at", .instant, "When."),
        ])
}
