import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing
import VendorHTTP

@testable import AdapterKit

@Suite("What a vendor's words repeat", .database)
struct FaultTextTests {
    private static let secrets = ["k3y-without-a-name", "abcdef123456"]
    private static let personal = ["jane.doe@example.com", "(555) 123-4567"]

    /// A refusal in which a vendor repeats what it was sent.
    private func fault(_ failureClass: FailureClass) -> ConnectorFault {
        ConnectorFault(
            failureClass, code: "bad jane.doe@example.com",
            message: "no jane.doe@example.com, (555) 123-4567; key k3y-without-a-name, Bearer abcdef123456",
            fix: "call (555) 123-4567")
    }

    /// Every text of the tables that keep failures.
    private func kept(_ workshop: Workshop) async throws -> String {
        try await workshop.pool.query(
            """
            select coalesce(string_agg(line, ' '), '') from (
                select w::text from work w union all select i::text from intent i union all select d::text from dirty d
                union all select l::text from dead_letter l union all select c::text from circuit c
                union all select convert_from(body, 'UTF8') from audit
            ) as lines(line)
            """)[0][0, as: String.self]
    }

    private func expectClean(_ text: String, _ place: String) {
        for word in Self.secrets + Self.personal { #expect(!text.contains(word), "\(place): \(word)") }
        #expect(text.contains("no ***, ***; key ***, Bearer ***"), "\(place)")
    }

    @Test(
        "A refused write keeps no secret and no personal data of the vendor's words, whatever its class (R18.4, R18.6)",
        arguments: [FailureClass.transient, .validation, .authentication, .unknownOutcome, .stale])
    func write(failureClass: FailureClass) async throws {
        try await Workshop.open { workshop in
            workshop.redactor.register("k3y-without-a-name")
            workshop.vendor.next(.refuse(fault(failureClass)))
            try await workshop.want(workshop.newID(), ["notes": .text("x")])
            _ = try await workshop.egress().round()
            expectClean(try await kept(workshop), "\(failureClass)")
        }
    }

    @Test(
        "A refused read logs and keeps no secret and no personal data of the vendor's words (R18.4, R18.6)",
        arguments: [FailureClass.transient, .undecodable])
    func read(failureClass: FailureClass) async throws {
        try await Workshop.open { workshop in
            let lines = Mutex<[String]>([])
            workshop.redactor.register("k3y-without-a-name")
            workshop.vendor.edit("c1", ["name": .set(.text("Miller"))])
            workshop.vendor.next(.refuseRead(fault(failureClass)))
            try await workshop.hint("c1")
            let logger = Logger(label: "test") { _ in LineRecorder { line in lines.withLock { $0.append(line) } } }
            _ = try await workshop.ingest(logger: logger).round()
            expectClean(try await kept(workshop), "tables")
            expectClean(lines.withLock { $0.joined(separator: " ") }, "log")
        }
    }
}
