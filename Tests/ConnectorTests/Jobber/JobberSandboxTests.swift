import CanonicalModel
import ConnectorKit
import Jobber
import SandboxJobber
import SandboxKit
import SandboxSupport
import SyncCore
import Testing
import VendorHTTP

@Suite("Jobber: against the sandbox, which validates every operation")
struct JobberSandboxTests {
    private struct Session: VendorSession {
        let declaration: ConnectionDeclaration
        let client: SandboxClient
        var now: Instant { Instant(seconds: 1_780_315_200) }

        func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault }

        func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
            do {
                let answer = try await client.send(
                    request.method.rawValue, request.path, bytes: request.body, contentType: "application/json",
                    headers: ["X-JOBBER-GRAPHQL-VERSION": request.headers["X-JOBBER-GRAPHQL-VERSION"] ?? ""])
                return HTTPResponse(status: answer.status, headers: [:], body: answer.body)
            } catch {
                throw ConnectorFault(.transient, code: "test", message: "\(error)", fix: "")
            }
        }
    }

    private func run(_ body: @escaping @Sendable (JobberConnector, any VendorSession) async throws -> Void) async throws
    {
        try await withSandbox(JobberSandbox.self) { running in
            let token = try await running.client.control("POST", "tokens/issue", [:])["accessToken"]?.stringValue ?? ""
            let connector = try JobberFixture.connector()
            let session = Session(
                declaration: try JobberFixture.declaration(), client: running.client.authorized(token))
            try await connector.prepareAccount(webhookURL: "http://127.0.0.1:1/hook", session: session)
            try await connector.prepareAccount(webhookURL: "http://127.0.0.1:1/hook", session: session)
            try await body(connector, session)
        }
    }

    private static func send(
        _ write: OutboundWrite, _ connector: JobberConnector, _ session: any VendorSession
    ) async throws -> NativeReference {
        let prepared = try connector.prepare(write)
        let outcome = try #require(await connector.send([prepared], session: session).first)
        guard case .done(let receipt) = outcome else { throw UnexpectedOutcome(outcome: "\(outcome)") }
        if write.native == nil {
            guard case .found(let found) = try await connector.lookUp(prepared, session: session) else {
                throw UnexpectedOutcome(outcome: "the look-up does not find what was created")
            }
            #expect(found == receipt.native)
        }
        return receipt.native
    }

    private struct UnexpectedOutcome: Error {
        var outcome: String
    }

    private static func shown(
        _ native: NativeReference, _ entity: EntityKind, _ connector: JobberConnector, _ session: any VendorSession
    ) async throws -> Observation {
        guard case .found(let object)? = try await connector.read([native], session: session).first else {
            throw UnexpectedOutcome(outcome: "\(native) is not found")
        }
        return try #require(try connector.observe(object).first { $0.entity == entity })
    }

    @Test("A consent is for the account that the token opens, by the id that webhooks name")
    func consentedAccount() async throws {
        try await run { connector, session in
            let account = try await connector.account(consentedIn: [:], session: session)
            let issued = try await Self.issuedAccount(session)
            #expect(account == issued && account != nil)
        }
    }

    private static func issuedAccount(_ session: any VendorSession) async throws -> String? {
        guard let session = session as? Session else { return nil }
        return try await session.client.control("POST", "tokens/issue", [:])["accountId"]?.stringValue
    }

    @Test("Objects that came late are made harmless, any number of times")
    func neutralising() async throws {
        try await run { connector, session in
            func create(_ entity: EntityKind, _ changes: Patch, in home: Patch = [:]) async throws -> NativeReference {
                try await Self.send(
                    JobberFixture.write(entity, changes: changes, desired: home), connector, session)
            }
            let client = try await create(.customer, ["name": .set(.text("Oak Street Dental"))])
            var home: Patch = ["customer": .set(.reference(.native(client, .customer)))]
            let address = PostalAddress(line1: "1 Oak St", city: "Austin", region: "TX")
            let property = try await create(
                .site, ["name": .set(.text("Clinic")), "address": .set(.address(address))], in: home)
            home["site"] = .set(.reference(.native(property, .site)))
            let job = try await create(
                .job, ["title": .set(.text("Roof")), "lines": .set(.lines(JobberFixture.lines))], in: home)
            for native in [job, property, client] {
                for _ in 0..<2 {
                    try await connector.neutralise(native, madeFor: JobberFixture.record, session: session)
                }
            }
            let shownJob = try await Self.shown(job, .job, connector, session)
            #expect(shownJob.fields["title"] == .set(.text("Duplicate, do not use: Roof")))
            #expect(shownJob.fields["completed_at"] != .clear)
            #expect(shownJob.fields["lines"] == .set(.lines([])) || shownJob.fields["lines"] == .clear)
            let shownSite = try await Self.shown(property, .site, connector, session)
            #expect(shownSite.fields["name"] == .set(.text("Duplicate, do not use: Clinic")))
            #expect(try await Self.shown(client, .customer, connector, session).isArchived)
        }
    }

    @Test("What is created and edited is read back as it was written, and found by its id")
    func roundTrip() async throws {
        try await run { connector, session in
            let customer: Patch = [
                "name": .set(.text("Oak Street Dental")),
                "billing_address": .set(.address(PostalAddress(line1: "1 Oak St", city: "Austin", region: "TX"))),
            ]
            let client = try await Self.send(
                JobberFixture.write(.customer, changes: customer), connector, session)
            let contact: Patch = [
                "first_name": .set(.text("Ann")), "last_name": .set(.text("Lee")), "phone": .set(.text("555-0100")),
                "mobile": .set(.text("555-0101")), "email": .set(.text("ann@example.com")),
                "access_notes": .set(.text("Side door")),
            ]
            let write = JobberFixture.write(.contact, native: client, changes: contact, needsExternalID: true)
            for _ in 0..<2 { #expect(try await Self.send(write, connector, session) == client) }
            let person = try await Self.shown(client, .contact, connector, session)
            #expect(person.externalID == JobberFixture.record)
            for (field, value) in contact { #expect(person.fields[field] == value, "\(field)") }
            let company = try await Self.shown(client, .customer, connector, session)
            for (field, value) in customer { #expect(company.fields[field] == value, "\(field)") }

            let site: Patch = [
                "name": .set(.text("Clinic")),
                "address": .set(.address(PostalAddress(line1: "1 Oak St", city: "Austin", region: "TX"))),
            ]
            let parent: Patch = ["customer": .set(.reference(.native(client, .customer)))]
            let property = try await Self.send(
                JobberFixture.write(.site, changes: site, desired: parent), connector, session)
            let place = try await Self.shown(property, .site, connector, session)
            for (field, value) in site.merging(parent, uniquingKeysWith: { $1 }) {
                #expect(place.fields[field] == value, "\(field)")
            }

            let job: Patch = [
                "title": .set(.text("Replace water heater")), "description": .set(.text("50 gallon\nGas")),
                "lines": .set(.lines(JobberFixture.lines)),
                "total": .set(.money(Money(minorUnits: 126_550, currency: .usd))),
            ]
            let places = parent.merging(["site": .set(.reference(.native(property, .site)))]) { $1 }
            let made = try await Self.send(JobberFixture.write(.job, changes: job, desired: places), connector, session)
            var seen = try await Self.shown(made, .job, connector, session)
            for (field, value) in job { #expect(seen.fields[field] == value, "\(field)") }
            #expect(seen.fields["status"] == .set(.choice("unscheduled")))

            var lines = Array(JobberFixture.lines.dropFirst())
            lines.append(
                LineItem(
                    key: "l4", kind: .service, description: "Permit", quantity: Quantity(1),
                    unitPrice: Money(minorUnits: 4_000, currency: .usd)))
            let edit: Patch = [
                "lines": .set(.lines(lines)), "instructions": .set(.text("Call first")),
                "invoice_number": .set(.text("1042")),
            ]
            _ = try await Self.send(
                JobberFixture.write(.job, native: made, changes: edit, shadow: seen.fields), connector, session)
            seen = try await Self.shown(made, .job, connector, session)
            for (field, value) in edit { #expect(seen.fields[field] == value, "\(field)") }
            #expect(seen.fields["description"] == job["description"])
        }
    }

    @Test("R24.4: the sweep names each job with a visit around now, in pages, whatever time of change the job shows")
    func sweep() async throws {
        try await run { connector, session in
            let name: Patch = ["name": .set(.text("Oak Street Dental"))]
            let client = try await Self.send(JobberFixture.write(.customer, changes: name), connector, session)
            let parent: Patch = ["customer": .set(.reference(.native(client, .customer)))]
            let address: Patch = ["address": .set(.address(PostalAddress(line1: "1 Oak St", city: "Austin")))]
            let property = try await Self.send(
                JobberFixture.write(.site, changes: address, desired: parent), connector, session)
            let vendor = try #require((session as? Session)?.client)
            var visits = [-3, 0, 13, 20].map { session.now.advanced(bySeconds: $0 * 86_400) }
            visits += (0..<60).map { session.now.advanced(bySeconds: 3600 * $0) }
            var jobs: [String] = []
            for start in visits {
                let created = try await vendor.control(
                    "POST", "act",
                    [
                        "user": "oscar",
                        "actions": [
                            [
                                "action": "create", "type": "Job",
                                "fields": [
                                    "clientId": .string(client.id), "propertyId": .string(property.id),
                                    "title": "Visit",
                                ],
                            ]
                        ],
                    ])
                let job = try #require(created["ids"]?.arrayValue?.first?.stringValue)
                jobs.append(job)
                try await vendor.control(
                    "POST", "act",
                    [
                        "user": "oscar",
                        "actions": [
                            [
                                "action": "create", "type": "Visit",
                                "fields": [
                                    "jobId": .string(job), "title": "Visit", "startAt": .string(start.description),
                                    "endAt": .string(start.advanced(bySeconds: 3600).description),
                                ],
                            ]
                        ],
                    ])
            }
            let stream = try #require(connector.descriptor.pollStreams.first { $0.stride > 1 })
            #expect(stream.interval(declared: .seconds(3)) == .seconds(30))
            #expect(stream.interval(declared: nil) == .seconds(600))
            // A second round is as complete as the first one.
            var cursor: String?
            for _ in 0..<2 {
                var found: [String] = []
                var pages = 0
                while true {
                    let page = try await connector.poll(stream, after: cursor, session: session)
                    found += page.changes.map(\.native.id)
                    pages += 1
                    cursor = page.cursor
                    if !page.hasMore { break }
                }
                #expect(pages == 2)
                // A page shows some of the one before again.
                #expect(Set(found) == Set(jobs[1...2] + jobs[4...]))
            }
        }
    }

    @Test(
        "Many attempts are looked for by few calls: clients ten by a document, what one client has in one list (R13.3)")
    func manyAttempts() async throws {
        try await run { connector, session in
            func prepared(_ number: UInt64, _ entity: EntityKind, _ changes: Patch, in home: Patch) throws
                -> PreparedWrite
            {
                let record = CanonicalID(high: JobberFixture.record.high, low: 0x8000_0000_0000_0001 + number)
                return try connector.prepare(
                    JobberFixture.write(entity, record: record, changes: changes, desired: home))
            }
            func send(_ attempt: PreparedWrite) async throws -> NativeReference {
                guard case .done(let receipt)? = await connector.send([attempt], session: session).first else {
                    throw UnexpectedOutcome(outcome: "not made")
                }
                return receipt.native
            }
            let clients = try (0..<12).map { try prepared($0, .customer, ["name": .set(.text("Oak \($0)"))], in: [:]) }
            let last = try await send(clients[11])
            let second = try await send(clients[1])
            let home: Patch = ["customer": .set(.reference(.native(second, .customer)))]
            let sites = try (20..<23).map {
                try prepared(
                    $0, .site,
                    [
                        "name": .set(.text("Site \($0)")),
                        "address": .set(.address(PostalAddress(line1: "1 Oak St", city: "Austin", region: "TX"))),
                    ], in: home)
            }
            let site = try await send(sites[2])
            let api = try #require(session as? Session).client
            try await api.control("DELETE", "history")
            let results = await connector.lookUp(clients + sites, session: session)
            var found: [Int: NativeReference] = [:]
            for (place, result) in results.enumerated() {
                switch result {
                case .success(.found(let native)): found[place] = native
                case .success(.absent): break
                default: Issue.record("\(place): \(result)")
                }
            }
            #expect(found == [1: second, 11: last, 14: site])
            let asked = try await api.control("GET", "history?kind=request")["entries"]?.arrayValue ?? []
            let operations = asked.compactMap { $0["operation"]?.stringValue }.sorted()
            #expect(
                operations == ["client"]
                    + [2, 10].map { Array(repeating: "clients", count: $0).joined(separator: ",") })
        }
    }

    @Test("Every stream and every page can be asked for; what is not there is gone")
    func reading() async throws {
        try await run { connector, session in
            let changes: Patch = ["name": .set(.text("Oak Street Dental"))]
            let client = try await Self.send(JobberFixture.write(.customer, changes: changes), connector, session)
            for stream in connector.descriptor.pollStreams {
                let isSweep = stream.stride > 1
                let old = isSweep ? nil : "2020-01-01T00:00:00Z|2020-01-01T00:00:00Z|"
                let page = try await connector.poll(stream, after: old, session: session)
                #expect(page.changes.map(\.native) == (stream.nativeType == "client" ? [client] : []))
            }
            for type in ["client", "property", "job", "visit", "time_entry"] {
                let page = try await connector.page(of: type, after: nil, session: session)
                #expect(page.objects.count == (type == "client" ? 1 : 0))
            }
            let lost = NativeReference(type: "job", id: client.id)
            guard case .gone(lost)? = try await connector.read([lost], session: session).first else {
                Issue.record("a job that is not there was not gone")
                return
            }
        }
    }
}
