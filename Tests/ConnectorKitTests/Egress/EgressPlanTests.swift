import CanonicalModel
import SyncCore
import SyncStore
import Testing

@testable import ConnectorKit

@Suite("What is to be done with work") struct EgressPlanTests {
    private typealias Sample = EgressSample

    private func write(_ step: EgressPlan.Step) throws -> OutboundWrite {
        guard case .send(let write, _) = step else { throw Unexpected(step: "\(step)") }
        return write
    }

    private func finish(_ step: EgressPlan.Step) throws -> EgressResult {
        guard case .finish(let result) = step else { throw Unexpected(step: "\(step)") }
        return result
    }

    private func note(_ step: EgressPlan.Step) throws -> String? {
        guard case .done(let note) = try finish(step).ending else { throw Unexpected(step: "\(step)") }
        return note
    }

    private struct Unexpected: Error {
        let step: String
    }

    // MARK: What is not done

    @Test("An entity that the connection does not have is done with a note")
    func noEntity() throws {
        #expect(try note(Sample.plan().step(for: Sample.claim(.amendment))) == "the connection has no amendment")
    }

    @Test("A record that may not be created, or that the connection cannot create, is done with a note")
    func notCreated() throws {
        let words = "it is not created at field-service"
        #expect(try note(Sample.plan().step(for: Sample.claim(.job, Sample.job, mayCreate: false))) == words)
        #expect(try note(Sample.plan().step(for: Sample.claim(.payment, [:]))) == words)
    }

    @Test("An object that shows the desired state is done without a request (R13.11)")
    func nothingDiffers() throws {
        let step = Sample.plan().step(
            for: Sample.claim(native: Sample.native, shadow: ["title": .set(.text("Roof"))]))
        #expect(try note(step) == nil)
        #expect(try finish(step).deferred.isEmpty)
    }

    // MARK: Waiting

    @Test("A create waits for the parents that it requires, each named once")
    func waits() throws {
        let step = Sample.plan(places: [:]).step(for: Sample.claim(.job, Sample.job))
        guard case .waits(let parents, let cause) = try finish(step).ending else { throw Unexpected(step: "\(step)") }
        #expect(parents == [Sample.place(Sample.customer, .customer), Sample.place(Sample.site, .site)].sorted())
        #expect(cause == "customer, site is not at field-service yet")
    }

    @Test("A parent that is there as another entity only is waited for")
    func otherEntity() throws {
        var places = Sample.places
        places[Sample.customer] = [PlacedRecord(entity: .contact, native: Sample.client)]
        let step = Sample.plan(places: places).step(for: Sample.claim(.job, Sample.job))
        guard case .waits(let parents, _) = try finish(step).ending else { throw Unexpected(step: "\(step)") }
        #expect(parents == [Sample.place(Sample.customer, .customer)])
    }

    @Test("An update does not wait: what is not there yet is left out, the others go")
    func deferred() throws {
        let step = Sample.plan(places: [:]).step(
            for: Sample.claim(.job, Sample.job, native: Sample.native, shadow: ["title": .set(.text("Old"))]))
        guard case .send(let write, let deferred) = step else { throw Unexpected(step: "\(step)") }
        #expect(write.changes == ["title": .set(.text("Roof"))])
        #expect(deferred == [Sample.place(Sample.customer, .customer), Sample.place(Sample.site, .site)].sorted())
    }

    @Test("An update of which all that differs is missing ends, and its fields wait")
    func allDeferred() throws {
        let step = Sample.plan(places: [:]).step(
            for: Sample.claim(.job, Sample.job, native: Sample.native, shadow: ["title": .set(.text("Roof"))]))
        #expect(try note(step) == nil)
        #expect(try finish(step).deferred.count == 2)
    }

    @Test("A reference to an entity that the connection does not have is neither sent nor waited for")
    func unknownEntity() throws {
        var desired = Sample.job
        desired["estimate"] = .reference(.canonical(CanonicalID(high: 8, low: 8)))
        guard case .send(let write, let deferred) = Sample.plan().step(for: Sample.claim(.job, desired)) else {
            throw Unexpected(step: "finish")
        }
        #expect(write.changes["estimate"] == nil && deferred.isEmpty)
    }

    // MARK: Sending

    @Test("A create brings the whole state, references in the vendor's ids, under a key that a restart repeats (R13.3)")
    func create() throws {
        let claim = Sample.claim(.job, Sample.job, ordinal: 3)
        let sent = try write(Sample.plan().step(for: claim))
        #expect(sent.native == nil)
        #expect(sent.changes["customer"] == .set(.reference(.native(Sample.client, .customer))))
        #expect(sent.changes == sent.desired)
        #expect(sent.creationKey == "\(Sample.record)-3")
        #expect(sent.creationKey.utf8.count <= 50)
        #expect(try write(Sample.plan().step(for: claim)).creationKey == sent.creationKey)
    }

    @Test("A create disregards a shadow: there is no object that could show it")
    func createWithShadow() throws {
        let claim = Sample.claim(.job, Sample.job, shadow: ["title": .set(.text("Roof"))])
        #expect(try write(Sample.plan().step(for: claim)).changes["title"] == .set(.text("Roof")))
    }

    @Test("An update brings what differs, the version that it was made from, and what the object shows")
    func update() throws {
        let shown: Patch = ["title": .set(.text("Old")), "number": .set(.text("9"))]
        let sent = try write(Sample.plan().step(for: Sample.claim(native: Sample.native, shadow: shown)))
        #expect(sent.native == Sample.native)
        #expect(sent.changes == ["title": .set(.text("Roof"))])
        #expect(sent.versionToken == "3")
        #expect(sent.shadow == shown)
    }

    @Test("A field that is held stays behind, at a create and at an update")
    func held() throws {
        let desired = Sample.job.merging(["instructions": .text("!")]) { old, _ in old }
        let created = try write(Sample.plan().step(for: Sample.claim(.job, desired, held: ["instructions"])))
        #expect(created.changes["instructions"] == nil)
        let claim = Sample.claim(native: Sample.native, shadow: [:], held: ["title"])
        #expect(try note(Sample.plan().step(for: claim)) == nil)
    }

    @Test("An object that does not bear our id gets it though nothing else differs (R2.6)")
    func externalID() throws {
        var claim = Sample.claim(
            .customer, ["name": .text("Miller")], native: Sample.client, shadow: ["name": .set(.text("Miller"))])
        #expect(try note(Sample.plan().step(for: claim)) == nil)
        claim.shadow?.externalID = nil
        let sent = try write(Sample.plan().step(for: claim))
        #expect(sent.changes.isEmpty && sent.needsExternalID)
    }

    // MARK: Objects that two records share

    private static let other = CanonicalID(high: 2, low: 2)
    private static let shared = SharedObject(
        key: LinkKey(connection: Sample.connection, native: Sample.client, entity: .contact), host: Sample.customer,
        namedBy: "primary_contact")

    private func contact(_ occupancy: Occupancy) -> EgressPlan.Step {
        let claim = Sample.claim(.contact, ["customer": .reference(.canonical(Sample.customer))])
        return Sample.plan(occupancy: [Self.shared.key: occupancy]).step(for: claim)
    }

    @Test("A contact lives in its customer's object while no other one does")
    func embedded() throws {
        let claim = Sample.claim(.contact, ["customer": .reference(.canonical(Sample.customer))])
        #expect(Sample.plan().sharedObject(of: claim) == Self.shared)
        for occupancy in [Occupancy(), Occupancy(occupant: Sample.record), Occupancy(named: Sample.record)] {
            let result = try finish(contact(occupancy))
            #expect(result.link == Sample.client && result.ending.goesOn && result.replaces == nil)
        }
        #expect(try write(contact(Occupancy(occupant: Self.other))).native == nil)
    }

    @Test("A contact that its customer names takes the place of the one that came first (R24.2)")
    func replaces() throws {
        let result = try finish(contact(Occupancy(occupant: Self.other, named: Sample.record)))
        #expect(result.link == Sample.client && result.ending.goesOn)
        #expect(result.replaces == EgressResult.Replacement(of: Self.other, in: Self.shared))
    }

    @Test("A contact stays out of its customer's object while another one is named, there or still on its way (R24.2)")
    func reserved() throws {
        for occupant in [nil, Self.other, CanonicalID(high: 2, low: 3)] {
            let step = contact(Occupancy(occupant: occupant, named: Self.other))
            #expect(try note(step) == "client/1 shows the contact that is named")
            #expect(try finish(step).link == nil)
        }
    }

    @Test("A record that can only live in another's object is never created by itself")
    func onlyEmbedded() throws {
        let claim = Sample.claim(.site, ["customer": .reference(.canonical(Sample.customer))])
        #expect(try finish(Sample.plan().step(for: claim)).link == Sample.client)
        let alone = Sample.claim(
            .site, ["address": .address(PostalAddress(line1: "1 Elm", city: "Ames", country: "US"))])
        #expect(try note(Sample.plan().step(for: alone)) == "there is no customer that it could be shown at")
        #expect(Sample.plan().sharedObject(of: alone) == nil)
    }

    @Test("Neither an object of its own nor an entity that is not there shares anything")
    func ownObject() {
        #expect(Sample.plan().sharedObject(of: Sample.claim(.job, Sample.job)) == nil)
        #expect(Sample.plan().sharedObject(of: Sample.claim(.amendment)) == nil)
    }

    // MARK: Concluding

    private func done(_ claim: WorkClaim, shows: Patch, held: Set<FieldName> = []) -> EgressResult {
        var result = EgressResult(claim, .goesOn)
        result.intent = Intents.Outcome(id: Sample.intent, state: .done)
        result.link = Sample.native
        result.shadow = Shadow(fields: shows, externalID: Sample.record, readAt: Sample.now)
        result.held = held
        return result
    }

    @Test("Work after whose write nothing differs ends at once")
    func concludes() throws {
        let result = Sample.plan().concluding(done(Sample.claim(), shows: ["title": .set(.text("Roof"))]))
        guard case .done(nil) = result.ending else { throw Unexpected(step: "\(result.ending)") }
    }

    @Test("Work after whose write only fields differ that are held by now ends at once")
    func concludesHeld() throws {
        let result = Sample.plan().concluding(done(Sample.claim(), shows: [:], held: ["title"]))
        guard case .done(nil) = result.ending else { throw Unexpected(step: "\(result.ending)") }
        #expect(result.held == ["title"])
    }

    @Test("Work that ends at once takes along the parents that its other fields wait for")
    func concludesDeferred() throws {
        let claim = Sample.claim(.job, Sample.job)
        let result = Sample.plan(places: [:]).concluding(done(claim, shows: ["title": .set(.text("Roof"))]))
        #expect(result.deferred.count == 2 && !result.ending.goesOn)
    }

    @Test("Work of which more differs goes on, and what was not written is not ended")
    func goesOn() {
        let shown = Sample.plan().concluding(done(Sample.claim(), shows: ["title": .set(.text("Other"))]))
        #expect(shown.ending.goesOn)
        var absent = done(Sample.claim(), shows: ["title": .set(.text("Roof"))])
        absent.intent?.state = .notMade
        #expect(Sample.plan().concluding(absent).ending.goesOn)
        var unlinked = done(Sample.claim(), shows: ["title": .set(.text("Roof"))])
        unlinked.link = nil
        #expect(Sample.plan().concluding(unlinked).ending.goesOn)
    }
}
