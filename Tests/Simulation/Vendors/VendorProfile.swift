import CanonicalModel
import ConnectorKit
import SyncCore

/// What a modelled vendor can do; each role has another kind of vendor.
struct VendorProfile: Sendable {
    let role: Role
    let declaration: ConnectionDeclaration
    let descriptor: ConnectorDescriptor
    /// Whether the same request is carried out once, however often it comes.
    let knowsRequests: Bool
    /// Whether an update must name the version that it changes.
    let wantsVersion: Bool
    /// Whether times of changes are whole seconds.
    let hasWholeSeconds: Bool

    var connection: ConnectionID { declaration.id }
    var indexLag: Int64 { descriptor.indexLag.wholeMicroseconds }
    var ceiling: Int64 { descriptor.requestCeiling.wholeMicroseconds }
    var capabilities: ConnectionCapabilities {
        ConnectionCapabilities(connection: connection, role: role, entities: descriptor.entities)
    }

    private init(
        _ role: Role, entities: [EntityCapability], indexLag: Duration, knowsRequests: Bool = false,
        wantsVersion: Bool = false, hasWholeSeconds: Bool = false
    ) {
        self.role = role
        self.knowsRequests = knowsRequests
        self.wantsVersion = wantsVersion
        self.hasWholeSeconds = hasWholeSeconds
        declaration = ConnectionDeclaration(
            id: ConnectionID("\(role.rawValue)-main"), vendor: "modelled", role: role, baseURL: "")
        descriptor = ConnectorDescriptor(
            vendor: "modelled", title: "Modelled \(role.rawValue)", roles: [role], entities: entities,
            pollStreams: [Self.stream], authentication: .privateToken, rateLimit: RateLimit(burst: 100, perSecond: 100),
            requestCeiling: .seconds(40), indexLag: indexLag)
    }

    static let stream = PollStream(name: "changes", nativeType: "any", interval: .seconds(60))

    /// A CRM: bears our id, is searched by it, and has an index that lags.
    static let crm = VendorProfile(
        .crm,
        entities: [
            EntityCapability(
                .customer, nativeType: "company", originates: true, creates: false,
                writes: ["billing_terms", "last_service_at"], reads: ["name", "phone", "billing_terms"],
                keepsExternalID: true, createGuarantee: .notApplicable),
            EntityCapability(
                .estimate, nativeType: "quote", originates: true, creates: false, writes: [],
                reads: ["customer", "title", "status", "lines", "total"], keepsExternalID: true,
                createGuarantee: .notApplicable),
            EntityCapability(
                .job, nativeType: "work", originates: false, creates: true,
                writes: [
                    "customer", "title", "lines", "total", "status", "completion_notes", "invoice_number",
                    "invoice_status", "invoice_balance",
                ], reads: ["status", "completion_notes", "invoice_number", "invoice_status", "invoice_balance"],
                requiredAtCreate: ["customer"], keepsExternalID: true,
                createGuarantee: .detected(minutes: 1, by: "external id")),
        ], indexLag: .seconds(5))

    /// Field service: bears our id, knows no keys, tells whole seconds, and shows its newest objects late.
    static let fsm = VendorProfile(
        .fsm,
        entities: [
            EntityCapability(
                .customer, nativeType: "client", originates: true, creates: true, writes: ["name", "phone"],
                reads: ["name", "phone"], requiredAtCreate: ["name"], keepsExternalID: true,
                createGuarantee: .detected(minutes: 1, by: "external id")),
            EntityCapability(
                .job, nativeType: "job", originates: true, creates: true,
                writes: ["customer", "title", "lines", "total", "invoice_number", "invoice_status", "invoice_balance"],
                reads: [
                    "customer", "title", "status", "status_history", "completion_notes", "completed_at",
                    "invoice_number", "invoice_status", "invoice_balance",
                ], requiredAtCreate: ["customer"], keepsExternalID: true,
                createGuarantee: .detected(minutes: 1, by: "external id")),
        ], indexLag: .seconds(15), hasWholeSeconds: true)

    /// A ledger: carries the same request out once, wants the version that is changed, and does not bear our id.
    static let ledger = VendorProfile(
        .ledger,
        entities: [
            EntityCapability(
                .customer, nativeType: "debtor", originates: true, creates: true, writes: ["name", "phone"],
                reads: ["name", "phone", "billing_terms"], requiredAtCreate: ["name"], keepsExternalID: false,
                createGuarantee: .prevented(by: "request id")),
            EntityCapability(
                .invoice, nativeType: "invoice", originates: true, creates: true,
                writes: ["customer", "lines", "memo", "issued_on"],
                reads: ["customer", "lines", "memo", "number", "status", "total", "balance"],
                requiredAtCreate: ["customer"], keepsExternalID: false, createGuarantee: .prevented(by: "request id")),
        ], indexLag: .zero, knowsRequests: true, wantsVersion: true)

    static func of(_ role: Role) -> VendorProfile {
        switch role {
        case .crm: .crm
        case .fsm: .fsm
        case .ledger: .ledger
        }
    }
}
