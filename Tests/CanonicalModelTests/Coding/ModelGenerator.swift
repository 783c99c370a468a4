import CanonicalModel
import RandomSupport

/// Makes values, patches and messages of the model from a seed; the same seed makes the same ones.
struct ModelGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 { random.next() }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func id() -> CanonicalID { CanonicalID(high: next(), low: next()) }

    mutating func text(max: Int = 40) -> String {
        let alphabet: [String] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{1}", "ß", "é", "日", "🏠", "'", "<", "\u{7f}", "\u{2028}",
        ]
        var text = ""
        for _ in 0..<below(min(max, 40) + 1) where text.count < max { text += pick(alphabet) }
        return String(text.prefix(max))
    }

    mutating func filled(max: Int = 40) -> String { "x" + text(max: max - 1) }

    mutating func integer() -> Int64 {
        switch below(6) {
        case 0: .min
        case 1: .max
        case 2: 0
        default: Int64(bitPattern: next()) >> Int64(below(60))
        }
    }

    mutating func instant() -> Instant {
        let first: Int64 = -62_135_596_800_000_000
        let last: Int64 = 253_402_300_799_999_999
        switch below(5) {
        case 0: return Instant(microseconds: pick([first, last, 0, -1]))
        case 1: return Instant(seconds: 1_700_000_000 + Int64(below(100_000_000)))
        case 2: return Instant(milliseconds: 1_700_000_000_000 + Int64(below(100_000_000)))
        default: return Instant(microseconds: first + Int64(next() % UInt64(last - first)))
        }
    }

    mutating func date() -> BusinessDate { instant().utcDate }

    mutating func quantity() -> Quantity {
        Quantity(mantissa: Swift.max(integer(), -.max), scale: below(19))
    }

    mutating func money() -> Money {
        Money(
            minorUnits: integer(),
            currency: pick([.usd, .usd, CurrencyCode("EUR") ?? .usd, CurrencyCode("JPY") ?? .usd]))
    }

    mutating func native() -> NativeReference { NativeReference(type: nativeText(), id: nativeText()) }

    /// A type or an id has no control characters.
    private mutating func nativeText() -> String {
        String(String.UnicodeScalarView(filled().unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }

    mutating func reference(_ kind: EntityKind) -> RecordReference {
        chance(2) ? .canonical(id()) : .native(native(), kind)
    }

    mutating func window() -> LocalAppointment? {
        let start = instant()
        let end = Swift.max(start, instant())
        return LocalAppointment(start: start, end: end, zone: filled(), isAllDay: chance(2))
    }

    mutating func line() -> LineItem {
        LineItem(
            key: text(), kind: pick(LineItem.Kind.allCases), item: chance(2) ? nil : reference(.item),
            description: text(), quantity: quantity(), unitPrice: money(), amount: money(), taxCode: text(max: 3))
    }

    mutating func list<Element>(_ make: (inout ModelGenerator) -> Element) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<below(4) { elements.append(make(&self)) }
        return elements
    }

    mutating func value(_ type: FieldType) -> FieldValue {
        switch type {
        case .text(let max): return .text(text(max: max))
        case .integer: return .integer(integer())
        case .quantity: return .quantity(quantity())
        case .money: return .money(money())
        case .flag: return .flag(chance(2))
        case .instant: return .instant(instant())
        case .date: return .date(date())
        case .appointment: return window().map(FieldValue.appointment) ?? value(type)
        case .choice(let words): return .choice(pick(words))
        case .address:
            return .address(
                PostalAddress(
                    line1: text(), line2: text(max: 2), city: text(), region: text(max: 2), postalCode: text(),
                    country: chance(2) ? "" : "US"))
        case .reference(let kind): return .reference(reference(kind))
        case .references(let kind): return .references(list { $0.reference(kind) })
        case .texts: return .texts(list { $0.text() })
        case .lines: return .lines(list { $0.line() })
        case .history(let words): return .history(list { StatusStep($0.pick(words), at: $0.instant()) })
        }
    }

    mutating func patchValue(_ type: FieldType) -> PatchValue {
        chance(4) ? .clear : .set(value(type))
    }

    mutating func patch(_ entity: EntityKind, oneIn: Int = 3) -> Patch {
        var patch: Patch = [:]
        for field in ModelCatalog.declaration(of: entity).fields where chance(oneIn) {
            patch[field.name] = patchValue(field.type)
        }
        return patch
    }

    mutating func context() -> MessageContext {
        MessageContext(
            correlation: id(), causation: chance(2) ? nil : id(), hop: below(5),
            traceparent: chance(2) ? nil : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    }

    mutating func event(_ entity: EntityKind) -> CanonicalEvent {
        CanonicalEvent(
            id: id(), entity: entity, change: pick(ChangeKind.allCases), connection: ConnectionID("conn-\(below(9))"),
            role: pick(Role.allCases), native: native(), externalID: chance(2) ? nil : id(), fields: patch(entity),
            mergedInto: chance(4) ? native() : nil, isRestatement: chance(4), changedAt: instant(),
            observedAt: instant(),
            actor: chance(2) ? nil : text(), context: context())
    }

    mutating func command(_ entity: EntityKind) -> SyncCommand {
        var desired: [FieldName: SyncCommand.Desired] = [:]
        for field in ModelCatalog.declaration(of: entity).fields where chance(3) {
            let condition = chance(3) ? patchValue(field.type) : nil
            desired[field.name] = SyncCommand.Desired(patchValue(field.type), onlyIf: condition)
        }
        return SyncCommand(
            id: id(), connection: ConnectionID("conn-\(below(9))"), entity: entity,
            verb: pick(SyncCommand.Verb.allCases), record: id(), native: chance(2) ? nil : native(),
            version: integer(), desired: desired, effect: chance(2) ? nil : id(), mayCreate: chance(2),
            priority: pick(SyncCommand.Priority.allCases), policyVersion: integer(), changedAt: instant(),
            origin: chance(2) ? nil : ConnectionID("conn-\(below(9))"), context: context())
    }
}
