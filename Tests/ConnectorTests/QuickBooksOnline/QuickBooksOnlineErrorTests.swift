import CanonicalModel
import ConnectorKit
import Foundation
import SyncCore
import Testing

@testable import QuickBooksOnline

@Suite("QuickBooks Online: refusals and their meaning")
struct QuickBooksOnlineErrorTests {
    private func fault(
        _ code: String, type: String = "ValidationFault", detail: String = "", element: String? = nil,
        status: Int = 400,
        isSafe: Bool = false
    ) -> ConnectorFault {
        var error: JSONValue = ["Message": "m", "Detail": .string(detail), "code": .string(code)]
        if let element { error["element"] = .string(element) }
        return QuickBooksOnlineErrors.fault(
            ["Error": [error], "type": .string(type)], status: status, isSafe: isSafe)
    }

    @Test(
        "Each code has its class (R13.4)",
        arguments: [
            ("5010", "ValidationFault", 400, FailureClass.stale), ("6240", "ValidationFault", 400, .duplicate),
            ("6140", "ValidationFault", 400, .duplicate), ("610", "ValidationFault", 400, .notFound),
            ("6540", "ValidationFault", 400, .validation), ("6210", "ValidationFault", 400, .validation),
            ("6000", "ValidationFault", 400, .validation), ("2020", "ValidationFault", 400, .validation),
            ("2500", "ValidationFault", 400, .validation), ("500", "SystemFault", 400, .validation),
            ("3200", "AuthenticationFault", 401, .authentication), ("003200", "AUTHENTICATION", 401, .authentication),
            ("3100", "AuthorizationFault", 403, .authentication), ("3001", "ThrottlingFault", 429, .rateLimited),
            ("003001", "", 429, .rateLimited), ("10000", "SystemFault", 500, .unknownOutcome),
            ("10000", "SystemFault", 200, .unknownOutcome),
        ])
    func classes(code: String, type: String, status: Int, expected: FailureClass) {
        let fault = fault(code, type: type, status: status)
        #expect(fault.failureClass == expected)
        #expect(!fault.message.isEmpty && !fault.fix.isEmpty)
    }

    @Test("A fault of the server leaves a write open and a read to be tried again; without a body, too")
    func server() {
        #expect(fault("10000", type: "SystemFault", status: 503, isSafe: true).failureClass == .transient)
        for status in [500, 502, 503, 504] {
            let bare = QuickBooksOnlineErrors.fault(nil, status: status, isSafe: false)
            #expect(bare.failureClass == .unknownOutcome)
        }
        #expect(QuickBooksOnlineErrors.fault(nil, status: 404, isSafe: false).failureClass == .transient)
        #expect(QuickBooksOnlineErrors.fault(nil, status: 401, isSafe: false).failureClass == .authentication)
    }

    @Test("A limit says how long to wait: as it is told, else a minute")
    func wait() {
        #expect(fault("3001", status: 429).retryAfter == .seconds(60))
        let told = QuickBooksOnlineErrors.fault(nil, status: 429, isSafe: true, retryAfter: .seconds(7))
        #expect(told.retryAfter == .seconds(7))
    }

    @Test("The element, or the detail's first words, name the field; the detail's values are never repeated")
    func fields() {
        let email = fault("2210", detail: "Invalid Email Address format : ann", element: "PrimaryEmailAddr")
        #expect(email.fields == ["email"])
        #expect(!email.message.contains("ann"))
        #expect(fault("2010", detail: "Property Name:TxnDate specified is unsupported").fields == ["issued_on"])
        #expect(fault("2020", detail: "Required parameter Line.Amount is missing").fields == ["lines"])
        #expect(fault("2050", element: "CompanyName").fields == ["legal_name"])
        #expect(fault("6000", detail: "Business Validation Error: something").fields.isEmpty)
    }

    @Test("A number that is taken names the document that has it")
    func duplicates() {
        let number = fault("6140", detail: "DocNumber=7 is assigned to TxnType=Invoice with TxnId=145")
        #expect(number.existing == NativeReference(type: "Invoice", id: "145"))
        #expect(
            fault("6240", detail: "The name supplied already exists. : Id=58").existing == nil, "it may be a vendor")
    }

    @Test("Recorded faults are understood", .enabled(if: QuickBooksOnlineFixture.hasSamples, "no samples here"))
    func recorded() throws {
        for name in ["error-bad-request", "write-error"] {
            let body = try QuickBooksOnlineFixture.sample(name)
            let fault = QuickBooksOnlineErrors.fault(body["Fault"], status: 400, isSafe: false)
            #expect(fault.failureClass == .validation)
            #expect(fault.code == "100")
        }
    }
}
