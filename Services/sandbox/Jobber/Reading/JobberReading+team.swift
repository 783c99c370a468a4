import SandboxGraphQL
import SandboxKit

extension JobberReading {
    static let userGetters: [String: Getter] = [
        "account": { reading, _, _ in .part(reading.store.account.fields) },
        "name": { reading, user, _ in
            .part([
                "first": .string(user.text("firstName") ?? ""), "last": .string(user.text("lastName") ?? ""),
                "full": .string(reading.personName(of: user)),
            ])
        },
        "email": { _, user, _ in
            let address = user.text("email") ?? ""
            return .part(["raw": .string(address), "isValid": .bool(address.contains("@"))])
        },
        "phone": { _, user, _ in
            guard let number = user.text("phone") else { return .null }
            return .part(["raw": .string(number), "friendly": .string(number), "isValid": true, "countryCode": "1"])
        },
        "customFields": { reading, user, _ in reading.customFields(of: user) },
        "assignedVehicle": { reading, user, _ in reading.one("assignedVehicleId", of: user) },
        "isCurrentUser": { reading, user, _ in .flag(user.id == reading.viewer.userID) },
        "timezone": { reading, user, _ in .text(user.text("timezone") ?? reading.store.account.timezone) },
    ]

    static let timeSheetGetters: [String: Getter] = [
        "user": { reading, entry, _ in reading.one("userId", of: entry) },
        "job": { reading, entry, _ in reading.one("jobId", of: entry) },
        "visit": { reading, entry, _ in reading.one("visitId", of: entry) },
        "approvedBy": { reading, entry, _ in reading.one("approvedById", of: entry) },
        "paidBy": { reading, entry, _ in reading.one("paidById", of: entry) },
        "client": { reading, entry, _ in
            reading.store.record(entry.text("jobId")).map { reading.one("clientId", of: $0) } ?? .null
        },
        "approved": { _, entry, _ in .flag(entry.text("approvedById") != nil || entry.flag("approved")) },
        "ticking": { _, entry, _ in .flag(entry.text("endAt") == nil) },
        "finalDuration": { reading, entry, _ in .int(reading.workedSeconds(entry)) },
        "visitDurationTotal": { reading, entry, _ in
            guard let visit = entry.text("visitId") else { return .int(0) }
            let entries = reading.store.referring("TimeSheetEntry", by: "visitId", to: visit)
            return .int(entries.reduce(0) { $0 + reading.workedSeconds($1) })
        },
    ]

    static let expenseGetters: [String: Getter] = [
        "enteredBy": { reading, expense, _ in reading.one("enteredById", of: expense) },
        "paidBy": { reading, expense, _ in reading.one("paidById", of: expense) },
        "reimbursableTo": { reading, expense, _ in reading.one("reimbursableToId", of: expense) },
        "linkedJob": { reading, expense, _ in reading.one("linkedJobId", of: expense) },
    ]

    static let productGetters: [String: Getter] = [
        "customFields": { reading, product, _ in reading.customFields(of: product) }
    ]

    static let webhookGetters: [String: Getter] = [
        "account": { reading, _, _ in .part(reading.store.account.fields) }
    ]

    /// The seconds of an entry, up to now while it ticks.
    func workedSeconds(_ entry: JobberRecord) -> Int {
        guard let start = entry.instant("startAt") else { return 0 }
        return Int(max(0, (entry.instant("endAt") ?? now) - start) / 1000)
    }
}
