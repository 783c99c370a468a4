import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore
import SystemSupport
import Testing

@testable import Faults
@testable import HubSpot
@testable import Jobber
@testable import QuickBooksOnline

/// `docs/guarantees.md` says what holds for each kind of write; it is made of what the connectors promise and of the crash
/// points at which each promise is put to the test.
///
/// Run with `PLUMBLINE_UPDATE_DOCS=yes` to write it anew.
@Suite("The matrix of guarantees")
struct GuaranteeMatrixTests {
    private struct Row: Hashable {
        let system: String
        let verb: String
        let guarantee: EntityCapability.EffectGuarantee
        let operations: [String]
    }

    private static let connectors: [(service: SystemService, descriptor: ConnectorDescriptor)] = [
        (.crmAdapter, HubSpotDescriptor.descriptor), (.fsmAdapter, JobberDescriptor.descriptor),
        (.ledgerAdapter, QuickBooksOnlineDescriptor.descriptor),
    ]

    @Test("Every kind of write has a guarantee, crash points that prove it, and a row in the page")
    func page() throws {
        var lines = [Self.head]
        for (service, descriptor) in Self.connectors {
            var entities: [Row: [String]] = [:]
            var order: [Row] = []
            func add(_ row: Row, _ entity: EntityKind) {
                if entities[row] == nil { order.append(row) }
                entities[row, default: []].append(entity.rawValue)
            }
            for capability in descriptor.entities {
                if capability.creates, capability.createGuarantee != .notApplicable {
                    let operations = CrashCatalogue.operations(service, capability.entity, isCreate: true)
                    add(
                        Row(
                            system: descriptor.title, verb: "create", guarantee: capability.createGuarantee,
                            operations: operations), capability.entity)
                }
                if !capability.writes.isEmpty {
                    #expect(
                        descriptor.lateUpdates != .notApplicable, "\(descriptor.title) says nothing of late updates")
                    let operations = CrashCatalogue.operations(service, capability.entity, isCreate: false)
                    add(
                        Row(
                            system: descriptor.title, verb: "update", guarantee: descriptor.lateUpdates,
                            operations: operations), capability.entity)
                }
            }
            for row in order {
                #expect(
                    !row.operations.isEmpty,
                    "no crash point proves \(row.verb) of \(entities[row] ?? []) in \(row.system)")
                lines.append(Self.line(row, entities[row] ?? [], service))
            }
        }
        let text = lines.joined(separator: "\n") + "\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/guarantees.md")
        if ProcessInfo.processInfo.environment["PLUMBLINE_UPDATE_DOCS"] == "yes" {
            try Data(text.utf8).write(to: file)
        } else {
            #expect(
                try String(contentsOf: file, encoding: .utf8) == text,
                "run the test again with PLUMBLINE_UPDATE_DOCS=yes, and commit the page")
        }
    }

    private static func line(_ row: Row, _ entities: [String], _ service: SystemService) -> String {
        let (word, means): (String, String) =
            switch row.guarantee {
            case .prevented(let by): ("prevented", by)
            case .detected(let minutes, let by): ("detected within \(minutes) minutes", by)
            case .notApplicable: ("not possible", "")
            }
        let cases = (CrashCatalogue.cases[service] ?? []).filter { $0.write.map(row.operations.contains) ?? false }
        let outcomes = Set(cases.map(\.outcome.rawValue)).sorted().joined(separator: ", ")
        let names = row.operations.map { "`\($0)`" }.joined(separator: ", ")
        return "| \(row.system) | \(row.verb) | \(entities.joined(separator: ", ")) | \(word) | \(means) "
            + "| \(names): \(cases.count) deaths after the send (\(outcomes)) |"
    }

    private static let head = """
        # Guarantees

        What holds when the answer to a write is lost, when the process that sent it dies, or when it is carried out after we
        have gone on without it: may there be a second object, or may an old value come back?

        *Prevented*: the system does it once, whatever happens. *Detected*: it may happen, is found by a look-up or a read, and
        is made good within the time that is given, counted from the moment in which the late request was carried out: a second
        client is archived, a second job emptied, marked and closed, an old value overwritten by the newest. *Not possible*: we
        could not tell.

        The table is made by a test (`GuaranteeMatrixTests`) of what the connectors promise and of the crash points
        (`./deploy/local faults crash-points`) that put it to the test: the process dies after the request has left, with the
        write carried out (committed), turned away (refused), or carried out long after it counts as not done (late).

        | System | Write | Records | A second effect is | By | Proved by |
        |---|---|---|---|---|---|
        """
}
