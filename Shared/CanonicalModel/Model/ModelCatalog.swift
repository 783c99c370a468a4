/// All entities of the canonical model.
public enum ModelCatalog {
    /// The version of the model that messages carry; consumers accept the previous one, too.
    public static let schemaVersion = 2

    /// Every declaration, in the order of `EntityKind`.
    public static let entities: [EntityDeclaration] = EntityKind.allCases.map(declare)

    private static let byKind = Dictionary(uniqueKeysWithValues: entities.map { ($0.kind, $0) })

    /// The declaration of a kind.
    public static func declaration(of kind: EntityKind) -> EntityDeclaration {
        // Every kind is declared: `declare` is a total switch.
        byKind[kind] ?? declare(kind)
    }

    /// The declaration of a field; nil where the entity has none of that name.
    public static func field(_ name: FieldName, of kind: EntityKind) -> FieldDeclaration? {
        byKind[kind]?[name]
    }

    private static func declare(_ kind: EntityKind) -> EntityDeclaration {
        switch kind {
        case .customer: .customer
        case .contact: .contact
        case .site: .site
        case .opportunity: .opportunity
        case .estimate: .estimate
        case .job: .job
        case .appointment: .appointment
        case .timeEntry: .timeEntry
        case .partUsage: .partUsage
        case .item: .item
        case .stockReservation: .stockReservation
        case .purchaseOrder: .purchaseOrder
        case .asset: .asset
        case .serviceAgreement: .serviceAgreement
        case .renewal: .renewal
        case .invoice: .invoice
        case .payment: .payment
        case .creditNote: .creditNote
        case .taxCode: .taxCode
        case .amendment: .amendment
        case .dispatchChangeRequest: .dispatchChangeRequest
        case .reopenTicket: .reopenTicket
        case .contactProposal: .contactProposal
        case .attachment: .attachment
        case .communication: .communication
        case .serviceReport: .serviceReport
        }
    }
}
