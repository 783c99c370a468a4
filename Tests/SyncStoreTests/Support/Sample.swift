public import CanonicalModel
import Messaging
import RandomSupport
import SyncCore
import SyncStore

/// Makes ids and values from a seed; the same seed makes the same ones.
struct Sample {
    private var random: SeededGenerator

    init(seed: UInt64 = 1) {
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 { random.next() }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
    mutating func id() -> CanonicalID { CanonicalID(high: next(), low: next()) }

    /// An id of today, as the services make them.
    mutating func newID() -> CanonicalID { IDSource.random.next(Instant(milliseconds: 1_795_000_000_000)) }

    mutating func instant() -> Instant { Instant(microseconds: 1_700_000_000_000_000 + Int64(below(1_000_000_000))) }

    mutating func text() -> String {
        (0..<below(12)).reduce(into: "") { text, _ in text += pick(["a", "\"", "é", "🏠", "\\", "\n", "z", "'"]) }
    }

    mutating func provenance() -> Provenance {
        let source: Provenance.Source =
            switch below(3) {
            case 0: .connection(ConnectionID("conn-\(below(3))"), pick(Role.allCases))
            case 1: .effect
            default: .person("p" + text())
            }
        return Provenance(source: source, changedAt: instant(), event: id())
    }

    mutating func value(_ type: FieldType) -> FieldValue? {
        switch type {
        case .text(let max): .text(String(text().prefix(max)))
        case .integer: .integer(Int64(bitPattern: next()))
        case .quantity: .quantity(Quantity(mantissa: Int64(below(1_000_000)), scale: below(6)))
        case .money: .money(Money(minorUnits: Int64(bitPattern: next()), currency: .usd))
        case .flag: .flag(below(2) == 0)
        case .instant: .instant(instant())
        case .date: .date(instant().utcDate)
        case .appointment:
            LocalAppointment(start: Instant(seconds: 0), end: instant(), zone: "America/Chicago").map(
                FieldValue.appointment)
        case .choice(let words): .choice(pick(words))
        case .address: .address(PostalAddress(line1: text(), city: text(), country: "US"))
        case .reference: .reference(.canonical(id()))
        case .references: .references((0..<below(3)).map { _ in .canonical(id()) })
        case .texts: .texts((0..<below(3)).map { _ in text() })
        case .lines:
            .lines(
                (0..<below(3)).map { number in
                    LineItem(
                        key: "l\(number)", kind: pick(LineItem.Kind.allCases), item: .canonical(id()),
                        description: text(), quantity: Quantity(2),
                        unitPrice: Money(minorUnits: 125, currency: .usd))
                })
        case .history(let words): .history([StatusStep(pick(words), at: instant())])
        }
    }

    mutating func record(_ entity: EntityKind, id: CanonicalID? = nil, version: Int64 = 1) -> RecordState {
        var record = RecordState(id: id ?? newID(), entity: entity, version: version)
        var provenances: [Provenance] = []
        for _ in 0..<3 { provenances.append(provenance()) }
        for field in ModelCatalog.declaration(of: entity).fields where below(3) > 0 {
            let base: FieldState.Base? =
                below(2) == 0
                ? nil
                : FieldState.Base(value: below(4) == 0 ? nil : value(field.type), provenance: pick(provenances))
            record.fields[field.name] = FieldState(
                value: below(5) == 0 ? nil : value(field.type), provenance: pick(provenances), base: base)
            if below(6) == 0 {
                record.keep(field.name, below(4) == 0 ? nil : value(field.type), provenance: provenance())
            }
        }
        record.wanted = [ConnectionID("crm"), ConnectionID("conn-\(below(3))")]
        if below(2) == 0 { record.archivedIn = [ConnectionID("fsm")] }
        return record
    }

    mutating func shadow(_ entity: EntityKind) -> Shadow {
        var shadow = Shadow(
            externalID: below(2) == 0 ? id() : nil, versionToken: below(2) == 0 ? text() : nil,
            isArchived: below(2) == 0, readAt: instant())
        for field in ModelCatalog.declaration(of: entity).fields where below(3) > 0 {
            let value = value(field.type)
            shadow.fields[field.name] = below(4) == 0 ? .clear : value.map(PatchValue.set)
        }
        return shadow
    }

    mutating func message(
        queue: String = "router.events", body: [UInt8] = Array("{}".utf8), generation: Int = 1
    ) -> StoredMessage {
        StoredMessage(
            id: newID(), queue: queue, exchange: "sync.events", routingKey: "crm.customer.updated", body: body,
            generation: generation)
    }
}

func object(
    _ id: String, type: String = "company", in connection: ConnectionID = "crm", as entity: EntityKind = .customer
)
    -> LinkKey
{
    LinkKey(connection: connection, native: NativeReference(type: type, id: id), entity: entity)
}

extension ConnectionID: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self.init(name)
    }
}
