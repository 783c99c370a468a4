import SandboxKit
import SandboxSupport
import Testing

@Suite("Jobber sandbox: jobs and field work")
struct JobberFieldWorkTests {
    private static let status = "query($id: EncodedId!) { job(id: $id) { jobStatus completedAt total startAt } }"

    @Test("A job's status follows from its visits and the clock, with no change of its own")
    func derivedStatus() async throws {
        try await JobberBench.run { jobber in
            let property = try await jobber.makeProperty(of: jobber.makeClient())
            let job = try await jobber.makeJob(at: property)
            func status() async throws -> JSON? {
                try await jobber.data(Self.status, ["id": .string(job)])["job"]?["jobStatus"]
            }
            #expect(try await status() == "unscheduled")
            let visits = try await jobber.payload(
                """
                mutation($id: EncodedId!) { visitCreate(jobId: $id, input: {visits: [{title: "Install", schedule: {
                  startAt: {date: "2026-06-02", time: "09:00", timezone: "America/New_York"}
                  endAt: {date: "2026-06-02", time: "11:00", timezone: "America/New_York"} }}]})
                { createdVisits { id startAt endAt visitStatus } userErrors { message } } }
                """, ["id": .string(job)])["createdVisits"]?.arrayValue
            #expect(visits?.first?["startAt"] == "2026-06-02T13:00:00Z")
            #expect(visits?.first?["visitStatus"] == "UPCOMING")
            #expect(try await status() == "upcoming")
            jobber.clock.advance(milliseconds: 20 * 3_600_000)
            #expect(try await status() == "today")
            jobber.clock.advance(milliseconds: 59 * 60_000)
            jobber.clock.set(try #require(SandboxInstant(iso8601: "2026-06-02T15:00:01Z")), frozen: true)
            _ = try await jobber.act(["action": "complete", "id": visits?.first?["id"] ?? .null])
            #expect(try await status() == "action_required")
            let closed = try await jobber.payload(
                """
                mutation($id: EncodedId!) { jobClose(jobId: $id, input: {modifyIncompleteVisitsBy: DESTROY_ALL}) {
                  job { jobStatus completedAt } userErrors { message } } }
                """, ["id": .string(job)])["job"]
            #expect(closed?["jobStatus"] == "archived")
            #expect(closed?["completedAt"] == "2026-06-02T15:00:01Z")
        }
    }

    @Test("A series of visits is made from its rule, and only the first is announced")
    func series() async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await JobberBench.run { jobber in
                let property = try await jobber.makeProperty(of: jobber.makeClient())
                try await jobber.client.control(
                    "PUT", "webhooks/subscription", ["url": .string(url), "topics": ["VISIT_CREATE", "JOB_CREATE"]])
                let job = try await jobber.makeJob(
                    at: property,
                    [
                        "timeframe": ["startAt": "2026-06-08", "durationValue": 3, "durationUnits": "WEEKS"],
                        "scheduling": [
                            "createVisits": true, "notifyTeam": false, "startTime": "08:00", "endTime": "09:30",
                            "recurrence": "FREQ=WEEKLY;BYDAY=MO,TH",
                        ],
                    ])
                try await jobber.client.settleWebhooks()
                let visits = try await jobber.data(
                    "query($id: EncodedId!) { job(id: $id) { jobType jobStatus visits(first: 20) { nodes { startAt } } } }",
                    ["id": .string(job)])["job"]
                #expect(visits?["jobType"] == "RECURRING")
                let starts = visits?["visits"]?["nodes"]?.arrayValue?.compactMap { $0["startAt"]?.stringValue } ?? []
                #expect(starts.prefix(3) == ["2026-06-08T08:00:00Z", "2026-06-11T08:00:00Z", "2026-06-15T08:00:00Z"])
                #expect(starts.count == 7)
                let topics = receiver.received.compactMap { $0.json["data"]?["webHookEvent"]?["topic"]?.stringValue }
                #expect(topics.sorted() == ["JOB_CREATE", "VISIT_CREATE"])
            }
        }
    }

    @Test("What the crew does on site is there for the API: hours, parts, notes, times, completion")
    func crew() async throws {
        try await JobberBench.run { jobber in
            let property = try await jobber.makeProperty(of: jobber.makeClient())
            let job = try await jobber.makeJob(
                at: property,
                [
                    "lineItems": [
                        ["name": "Base", "quantity": 1, "unitPrice": 900, "saveToProductsAndServices": false]
                    ],
                    "timeframe": ["startAt": "2026-06-01"],
                    "scheduling": [
                        "createVisits": true, "notifyTeam": false, "startTime": "12:00", "endTime": "14:00",
                    ],
                ])
            let seeded = try await jobber.client.control(
                "POST", "seed",
                ["records": [["type": "User", "ref": "sam", "fields": ["firstName": "Sam", "lastName": "Crew"]]]])
            let sam = seeded["refs"]?["sam"] ?? .null
            let visit =
                try await jobber.data(
                    "query($id: EncodedId!) { job(id: $id) { visits { nodes { id } } } }", ["id": .string(job)]
                )["job"]?["visits"]?["nodes"]?.arrayValue?.first?["id"] ?? .null
            let assigned = try await jobber.payload(
                """
                mutation($v: EncodedId!, $u: [EncodedId!]!) { visitEditAssignedUsers(visitId: $v, input: {assignedUserIds: $u}) {
                  visit { assignedUsers { nodes { name { full } } } } userErrors { message } } }
                """, ["v": visit, "u": [sam]])
            #expect(assigned["visit"]?["assignedUsers"]?["nodes"] == [["name": ["full": "Sam Crew"]]])
            _ = try await jobber.act(
                [
                    "action": "log-time", "id": visit,
                    "fields": [
                        "userId": sam, "startAt": "2026-06-01T12:05:00Z", "endAt": "2026-06-01T13:35:00Z",
                        "labourRate": 60,
                    ],
                ],
                [
                    "action": "add-line-items", "id": visit,
                    "fields": [
                        "lineItems": [["name": "Valve", "quantity": 2, "unitPrice": .number(35.5), "unitCost": 12]]
                    ],
                ],
                ["action": "note", "id": .string(job), "fields": ["message": "Gas line replaced"]],
                [
                    "action": "create", "type": "Expense",
                    "fields": [
                        "title": "Dump fee", "total": 40, "linkedJobId": .string(job), "date": "2026-06-01T13:00:00Z",
                    ],
                ],
                ["action": "complete", "id": visit])
            let seen =
                try await jobber.data(
                    """
                    query($id: EncodedId!) { job(id: $id) {
                      total jobCosting { labourDuration labourCost expenseCost lineItemCost profitAmount }
                      visits(first: 5) { nodes { isComplete completedAt lineItems(first: 5) { nodes { name } } } }
                      timeSheetEntries(first: 5) { nodes { finalDuration ticking user { name { first } } visit { id } } }
                      notes(first: 5) { nodes { ... on JobNote { message } } } expenses(first: 5) { nodes { title } } } }
                    """, ["id": .string(job)])["job"] ?? .null
            #expect(seen["total"]?.doubleValue == 971)
            #expect(seen["timeSheetEntries"]?["nodes"]?.arrayValue?.first?["finalDuration"] == 5400)
            #expect(seen["jobCosting"]?["labourCost"]?.doubleValue == 90)
            #expect(seen["jobCosting"]?["profitAmount"]?.doubleValue == 817)
            #expect(seen["visits"]?["nodes"]?.arrayValue?.first?["completedAt"] == .string(JobberBench.start))
            #expect(seen["notes"]?["nodes"] == [["message": "Gas line replaced"]])
        }
    }

    @Test("A token of a user acts as that person")
    func userToken() async throws {
        try await JobberBench.run { jobber in
            let user = try await jobber.data("{ users(first: 1) { nodes { id } } }")["users"]?["nodes"]?.arrayValue?
                .first?["id"]
            let person = try await jobber.connected(["user": user ?? .null])
            _ = try await person.makeClient()
            #expect(try await person.data("{ user { isCurrentUser } }")["user"]?["isCurrentUser"] == true)
            let history = try await jobber.client.control("GET", "history?kind=change&type=Client")
            #expect("\(history)".contains("user:"))
        }
    }

    @Test("A webhook is thin, and signed with the secret of the app that subscribed")
    func signature() async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await JobberBench.run { jobber in
                let made = try await jobber.payload(
                    """
                    mutation($u: String!) { webhookEndpointCreate(input: {topic: CLIENT_UPDATE, url: $u}) {
                      webhookEndpoint { id topic url } userErrors { message } } }
                    """, ["u": .string(url)])
                let client = try await jobber.makeClient()
                jobber.advance(hours: 0)
                let edit =
                    "mutation($id: EncodedId!, $n: String) { clientEdit(clientId: $id, input: {lastName: $n}) { userErrors { message } } }"
                _ = try await jobber.payload(edit, ["id": .string(client), "n": "Other"])
                _ = try await jobber.payload(edit, ["id": .string(client), "n": "Other"])
                try await jobber.client.settleWebhooks()
                #expect(receiver.received.count == 1)
                let delivery = try #require(receiver.received.first)
                #expect(
                    delivery.json == [
                        "data": [
                            "webHookEvent": [
                                "topic": "CLIENT_UPDATE", "appId": "sandbox-client-id",
                                "accountId": "Z2lkOi8vSm9iYmVyL0FjY291bnQvMQ==",
                                "itemId": .string(client), "occurredAt": .string(JobberBench.start),
                            ]
                        ]
                    ])
                #expect(
                    delivery.headers["x-jobber-hmac-sha256"]
                        == Signature.hmacSHA256Base64(key: "sandbox-client-secret", body: delivery.body))
                let id = made["webhookEndpoint"]?["id"] ?? .null
                _ = try await jobber.payload(
                    """
                    mutation($ids: [EncodedId!]!) { webhookEndpointDelete(webhookEndpointsIds: $ids) {
                      deletedWebhookEndpoints { id } userErrors { message } } }
                    """, ["ids": [id]])
                _ = try await jobber.payload(edit, ["id": .string(client), "n": "Third"])
                try await jobber.client.settleWebhooks()
                #expect(receiver.received.count == 1)
            }
        }
    }

    @Test("Records can be loaded in silence, or as if somebody made them")
    func loading() async throws {
        let receiver = WebhookReceiver()
        try await receiver.serve { url in
            try await JobberBench.run { jobber in
                try await jobber.client.control("PUT", "webhooks/subscription", ["url": .string(url)])
                let records: JSON = [["type": "Client", "ref": "c", "fields": ["firstName": "Ann"]]]
                let silent = try await jobber.client.control("POST", "seed", ["records": records])
                #expect(silent["ids"]?.arrayValue?.first == silent["refs"]?["c"])
                _ = try await jobber.client.control("POST", "seed", ["records": records, "webhooks": true])
                _ = try await jobber.act(["type": "TimeSheetEntry", "fields": ["startAt": .string(JobberBench.start)]])
                try await jobber.client.settleWebhooks()
                let topics = receiver.received.compactMap { $0.json["data"]?["webHookEvent"]?["topic"]?.stringValue }
                #expect(topics.sorted() == ["CLIENT_CREATE", "TIMESHEET_CREATE"])
                let standing = JobberBench(
                    running: jobber.running, clock: jobber.clock, token: "jobber-sandbox", refreshToken: "")
                #expect(try await standing.data("{ clients { totalCount } }")["clients"]?["totalCount"] == 2)
            }
        }
    }

    @Test("A change of a visit is no change of its job: only a webhook or reading visits shows it")
    func visitsAreNotJobs() async throws {
        try await JobberBench.run { jobber in
            let property = try await jobber.makeProperty(of: jobber.makeClient())
            let job = try await jobber.makeJob(
                at: property, ["scheduling": ["createVisits": true, "notifyTeam": false]])
            let query =
                "query($id: EncodedId!) { job(id: $id) { updatedAt jobStatus visits(first: 2) { nodes { id startAt } } } }"
            let before = try await jobber.data(query, ["id": .string(job)])["job"]
            #expect(before?["jobStatus"] == "unscheduled")
            jobber.advance(hours: 1)
            let visit = before?["visits"]?["nodes"]?.arrayValue?.first?["id"] ?? .null
            _ = try await jobber.act([
                "action": "reschedule", "id": visit,
                "fields": ["startAt": "2026-06-03T09:00:00Z", "endAt": "2026-06-03T10:00:00Z"],
            ])
            let after = try await jobber.data(query, ["id": .string(job)])["job"]
            #expect(after?["updatedAt"] == before?["updatedAt"])
            #expect(after?["jobStatus"] == "upcoming")
        }
    }

    @Test("Seeding refuses what it does not know, and says where")
    func seeding() async throws {
        try await JobberBench.run { jobber in
            let bad = try await jobber.client.send(
                "POST", "/_sandbox/seed", ["records": [["type": "Client"], ["type": "Boat"]]])
            #expect(bad.status == 400)
            #expect(bad.json["error"]?.stringValue?.hasPrefix("records[1]: there is no type Boat") == true)
            let dangling = try await jobber.client.send(
                "POST", "/_sandbox/seed", ["records": [["type": "Job", "fields": ["propertyId": "@p"]]]])
            #expect(dangling.status == 400)
            #expect(try await jobber.client.control("GET", "counts")["Client"] == 0)
        }
    }
}
