import SandboxGraphQL

extension JobberWriting {
    static let teamMutations: [String: Mutation] = [
        "expenseCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            try writing.checkReferences(input, [("linkedJobId", "Job"), ("reimbursableToId", "User")])
            guard !(input.text("title") ?? "").isEmpty else {
                throw JobberUserErrors("Title can't be blank", "input", "title")
            }
            var fields: GraphQLObject = ["enteredById": .optional(writing.viewer.userID)]
            fields.copy(["title", "description", "date", "total", "reimbursableToId", "linkedJobId"], from: input)
            let expense = writing.create("Expense", fields)
            writing.announce("EXPENSE_CREATE", expense)
            return ["expense": .record(expense)]
        },
        "expenseEdit": { writing, arguments throws(JobberUserErrors) in
            let expense = try writing.find(arguments.text("expenseId"), "Expense", "expenseId")
            let input = arguments.object("input") ?? [:]
            try writing.checkReferences(input, [("reimbursableToId", "User")])
            let isChanged = writing.update(expense) {
                $0.copy(["title", "description", "date", "total", "reimbursableToId"], from: input)
            }
            if isChanged { writing.announce("EXPENSE_UPDATE", expense) }
            return ["expense": .record(expense)]
        },
        "expenseDelete": { writing, arguments throws(JobberUserErrors) in
            let expense = try writing.find(arguments.text("expenseId"), "Expense", "expenseId")
            writing.delete(expense)
            writing.announce("EXPENSE_DESTROY", expense)
            return ["deletedExpense": .record(expense)]
        },
        "vehicleCreate": { writing, arguments throws(JobberUserErrors) in
            ["vehicle": .record(writing.create("Vehicle", arguments.object("input") ?? [:]))]
        },
        "vehicleDelete": { writing, arguments throws(JobberUserErrors) in
            let vehicle = try writing.find(arguments.text("vehicleId"), "Vehicle", "vehicleId")
            writing.delete(vehicle)
            return ["vehicle": .record(vehicle)]
        },
        "eventCreate": { writing, arguments throws(JobberUserErrors) in
            let input = arguments.object("input") ?? [:]
            let schedule = input.object("schedule") ?? [:]
            let times = ["startAt", "endAt"].map { schedule.object($0).flatMap(JobberCalendar.instant(local:)) }
            let event = writing.create(
                "Event",
                [
                    "title": input["title"] ?? .null, "description": input["description"] ?? .null,
                    "startAt": times[0].map { GraphQLValue($0) } ?? .null,
                    "endAt": times[1].map { GraphQLValue($0) } ?? .null,
                    "allDay": .bool(schedule.object("startAt")?.text("time") == nil),
                ])
            return ["event": .record(event)]
        },
    ]
}
