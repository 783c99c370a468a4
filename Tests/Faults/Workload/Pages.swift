import Foundation
import SandboxKit
import SandboxSupport
import SystemSupport

/// The pages of the three systems, in which people do what they intend.
struct Pages: Sendable {
    let system: any JudgedSystem
    let chronicle: Chronicle

    /// Does it, and gives the ids of what was made or changed.
    func act(_ intent: Intent, in setting: Player.Setting) async throws -> [String] {
        let value = JSON.string(intent.value)
        switch intent.step.kind {
        case .enterLead: return try await enterLead(intent, setting)
        case .sell: return try await sell(intent, setting)
        case .touchQuote: return try await update("quotes", intent.record, ["hs_terms": value])
        case .renameCustomer: return try await update("companies", intent.record, ["name": value])
        case .renameContact: return try await update("contacts", intent.record, ["firstname": value])
        case .changeEmail: return try await update("contacts", intent.record, ["email": value])
        case .wishWindow:
            return try await update(
                "deals", intent.record,
                ["plumbline_scheduled_start": value, "plumbline_scheduled_end": .string(end(intent))])
        case .writeInvoiceNumber:
            return try await update("deals", intent.record, ["plumbline_invoice_number": value])
        case .renameInField: return try await edit(intent.record, ["companyName": value])
        case .noteInField: return try await note(intent)
        case .correctPhoneInField: return try await correctPhone(intent)
        case .planVisit: return try await planVisit(intent, setting)
        case .moveVisit:
            return try await field(
                "oscar",
                ["action": "reschedule", "id": .string(intent.record)],
                ["startAt": value, "endAt": .string(end(intent))])
        case .logTime: return try await logTime(intent, setting)
        case .closeJob:
            _ = try await field("sam", ["action": "complete", "id": .string(setting.visit)], [:])
            return try await field("sam", ["action": "close", "id": .string(intent.record)], [:])
        case .pay: return try await pay(intent)
        }
    }

    /// Takes on the technician who does all the work.
    func hire() async throws -> String {
        try await field(
            "oscar", ["action": "create", "type": "User"], ["firstName": "Sam", "lastName": "Ortiz"])[0]
    }

    // MARK: Sales

    private func enterLead(_ intent: Intent, _ setting: Player.Setting) async throws -> [String] {
        let key = setting.key
        let company = try await create(
            "companies",
            [
                "name": .string(intent.value), "phone": .string(key.phone),
                "address": .string("\(100 + key.number) \(key.text) Street"), "city": "Denver", "state": "CO",
                "zip": "80202", "country": "US",
            ], [])
        let contact = try await create(
            "contacts",
            [
                "firstname": .string("Ann \(intent.mark)"), "lastname": .string("Of \(key.text)"),
                "phone": .string(key.phone), "email": .string("\(intent.mark)@\(key.text).example"),
            ], [("companies", company)])
        let deal = try await create(
            "deals",
            [
                "dealname": .string("\(key.text) deal"), "pipeline": "default", "dealstage": "presentationscheduled",
            ], [("companies", company), ("contacts", contact)])
        return [company, contact, deal]
    }

    private func sell(_ intent: Intent, _ setting: Player.Setting) async throws -> [String] {
        var links = [("deals", setting.deal), ("companies", setting.company), ("contacts", setting.contact)]
        for (position, line) in intent.step.lines.enumerated() {
            let id = try await create(
                "line_items",
                [
                    "name": .string("Line \(position + 1) \(intent.mark)"), "quantity": .string("\(line.quantity)"),
                    "price": .string(Cents.text(line.cents)), "hs_position_on_quote": .string("\(position)"),
                ], [])
            links.append(("line_items", id))
        }
        let quote = try await create(
            "quotes",
            [
                "hs_title": .string(intent.value), "hs_status": "DRAFT", "hs_terms": "Net 30",
                "hs_expiration_date": "2099-12-31",
            ], links)
        if intent.step.amount > 0 {
            // The approval is announced more than once.
            try await system.hubspot.control(
                "POST", "webhooks/faults",
                ["kind": "duplicate", "copies": .int(intent.step.amount), "id": .string(quote), "count": 3])
        }
        _ = try await update("quotes", quote, ["hs_status": "APPROVED"])
        return [quote]
    }

    private func update(_ type: String, _ id: String, _ properties: JSON) async throws -> [String] {
        try await act(
            system.hubspot, "maria",
            ["action": "update", "type": .string(type), "id": .string(id), "properties": properties])
    }

    private func create(_ type: String, _ properties: JSON, _ links: [(String, String)]) async throws -> String {
        let associations = links.map { ["type": .string($0.0), "id": .string($0.1)] as JSON }
        let ids = try await act(
            system.hubspot, "maria",
            [
                "action": "create", "type": .string(type), "properties": properties,
                "associations": .array(associations),
            ])
        guard let id = ids.first else { throw SandboxControlError("no id was given for a new record of \(type)") }
        return id
    }

    // MARK: The field

    private func planVisit(_ intent: Intent, _ setting: Player.Setting) async throws -> [String] {
        try await field(
            "oscar", ["action": "create", "type": "Visit"],
            [
                "jobId": .string(intent.record), "title": .string("\(setting.key.text) visit"),
                "startAt": .string(intent.value), "endAt": .string(end(intent)),
                "assignedUserIds": .array([.string(setting.worker)]),
            ])
    }

    private func logTime(_ intent: Intent, _ setting: Player.Setting) async throws -> [String] {
        let start = Plan.text(minutes: 0)
        return try await field(
            "sam", ["action": "log-time", "id": .string(intent.record)],
            [
                "userId": .string(setting.worker), "startAt": .string(start),
                "endAt": .string(Plan.text(minutes: intent.step.minutes)),
            ])
    }

    private func note(_ intent: Intent) async throws -> [String] {
        guard let configuration = await chronicle.customField("Delivery notes", on: "ALL_CLIENTS") else {
            throw SandboxControlError("clients have no field for notes")
        }
        return try await edit(
            intent.record,
            [
                "customFields": [
                    ["customFieldConfigurationId": .string(configuration), "valueText": .string(intent.value)]
                ]
            ])
    }

    private func correctPhone(_ intent: Intent) async throws -> [String] {
        let phones = await chronicle.record(.fsm, "Client", intent.record)?.fields["phones"]?.arrayValue
        guard let phone = phones?.first?["id"] else { throw SandboxControlError("the client has no phone number") }
        return try await edit(intent.record, ["phonesToEdit": [["id": phone, "number": .string(intent.value)]]])
    }

    private func edit(_ client: String, _ input: JSON) async throws -> [String] {
        let answers = try await system.jobber.control(
            "POST", "act",
            [
                "user": "sam",
                "actions": [
                    [
                        "action": "mutate",
                        "fields": [
                            "query": .string(
                                """
                                mutation($id: EncodedId!, $input: ClientEditInput!) {
                                  clientEdit(clientId: $id, input: $input) { userErrors { message } }
                                }
                                """), "variables": ["id": .string(client), "input": input],
                        ],
                    ]
                ],
            ])
        let answer = answers["ids"]?.arrayValue?.first ?? .null
        if answer["errors"] != nil || answer["data"]?["clientEdit"]?["userErrors"]?.arrayValue?.isEmpty == false {
            throw SandboxControlError("the edit was refused: \(answer)")
        }
        return [client]
    }

    private func field(_ user: String, _ action: JSONObject, _ fields: JSON) async throws -> [String] {
        var action = action
        action["fields"] = fields
        return try await act(system.jobber, user, .object(action))
    }

    // MARK: The books

    private func pay(_ intent: Intent) async throws -> [String] {
        let invoice = await chronicle.record(.ledger, "Invoice", intent.record)
        guard let balance = invoice?.cents("Balance"), balance > 0 else {
            throw SandboxControlError("nothing is owed any more")
        }
        return try await act(
            system.quickbooks, "paula",
            [
                "action": "payment", "invoice": .string(intent.record), "method": "Check",
                "amount": .string(Cents.text(max(balance * intent.step.amount / 100, 1))),
            ])
    }

    private func act(_ client: SandboxClient, _ user: String, _ action: JSON) async throws -> [String] {
        let answer = try await client.control("POST", "act", ["user": .string(user), "actions": .array([action])])
        return answer["ids"]?.arrayValue?.compactMap { $0.stringValue ?? $0.intValue.map(String.init) } ?? []
    }

    /// Two hours after the beginning.
    private func end(_ intent: Intent) -> String { Plan.text(minutes: intent.step.minutes + 120) }
}
