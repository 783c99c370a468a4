import CanonicalModel
import ConnectorKit
import Testing

@Suite("Who lives in a shared object") struct OccupancyTests {
    private static let service = CanonicalID(high: 1, low: 1)
    private static let billing = CanonicalID(high: 1, low: 2)

    /// What happens to a customer and its two contacts, one step at a time.
    enum Step: CaseIterable {
        case serviceComes, billingComes, serviceIsNamed
    }

    /// Plays the steps; whoever was turned away comes again when it is named.
    private func play(_ steps: [Step]) -> Occupancy {
        var occupancy = Occupancy()
        var present: Set<CanonicalID> = []
        func come(_ record: CanonicalID) {
            present.insert(record)
            switch occupancy.admission(of: record) {
            case .enters, .replaces: occupancy.occupant = record
            case .reserved, .full: break
            }
        }
        for step in steps {
            switch step {
            case .serviceComes: come(Self.service)
            case .billingComes: come(Self.billing)
            case .serviceIsNamed:
                occupancy.named = Self.service
                if present.contains(Self.service) { come(Self.service) }
            }
        }
        return occupancy
    }

    @Test("In whatever order the contacts and the name come, the named one lives there in the end (R24.2)")
    func orders() {
        for first in Step.allCases {
            for second in Step.allCases where second != first {
                for third in Step.allCases where third != first && third != second {
                    #expect(play([first, second, third]).occupant == Self.service, "\([first, second, third])")
                }
            }
        }
    }

    @Test("While nobody is named, the first one lives there and the second one does not")
    func unnamed() {
        #expect(play([.billingComes, .serviceComes]).occupant == Self.billing)
        #expect(play([.serviceComes, .billingComes]).occupant == Self.service)
    }

    @Test("A free place stays free for the named one that is still on its way")
    func onItsWay() {
        #expect(play([.serviceIsNamed, .billingComes]).occupant == nil)
    }
}
