import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Proposals", .database)
struct ProposalTests {
    @Test("R8.3: a held change of scope is listed with both values, its side and its age, and shown whole")
    func heldScope() async throws {
        try await Estate.run { estate in
            let record = estate.id()
            let proposals = [(Proposal.Kind.scopeHold, "title", estate.crm), (.contactProposal, "title", estate.fsm)]
                .map { kind, field, connection in
                    Proposal(
                        id: estate.id(), kind: kind,
                        key: ProposalKey(record: record, field: FieldName(field), connection: connection), entity: .job,
                        proposed: .set(.text("Roof and gutter")), current: .set(.text("Roof")),
                        reason: "the job is in progress", event: estate.id(), changedAt: estate.now,
                        correlation: estate.id())
                }
            try await estate.pool.run(Proposals.open(proposals))
            let operations = ProposalOperations(estate.pool)
            let all = try await operations.list(.init())
            #expect(all.count == 2)
            var query = ProposalOperations.Query()
            query.kind = "scope_hold"
            let held = try #require(try await operations.list(query).first)
            #expect(held.proposed == "\"Roof and gutter\"" && held.current == "\"Roof\"")
            #expect(held.connection == estate.crm && held.record == record && held.field == "title")
            let text = ProposalOperations.text([held])
            #expect(text.contains("crm-main wishes  \"Roof and gutter\"") && text.contains("what holds now  \"Roof\""))
            let shown = try #require(try await operations.show(held.id))
            #expect(shown == held && shown.text.contains("the job is in progress"))
            try await estate.pool.run(Proposals.withdraw([proposals[0].key]))
            #expect(try await operations.list(query).isEmpty)
            query.all = true
            #expect(try await operations.list(query).first?.state == "withdrawn")
        }
    }
}
