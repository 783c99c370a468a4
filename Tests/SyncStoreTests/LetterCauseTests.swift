import CanonicalModel
import SyncCore
import SyncStore
import Testing

@Suite("Causes of dead letters")
struct LetterCauseTests {
    @Test(
        "Failures that differ in ids, numbers, dates, addresses or quoted words are one pattern",
        arguments: [
            ("Customer 4711 is missing", "customer 98 is missing"),
            (
                "no link for 019b0a3e-5b0c-7c3e-8a51-3f0e9a7bd001 yet",
                "no link for 019b0a3e-5b0c-7c3e-8a51-3f0e9a7bd002 yet"
            ),
            ("it waits since 2026-11-21T08:00:00Z", "it waits since 2026-10-01T00:00:01Z"),
            ("the name \"Ada Miller\" is taken", "the name \"Roofs 'n' More\" is taken"),
            ("'Ada's house' is no site", "'x' is no site"),
            ("ada@example.org bounced", "info@roofs.example bounced"),
            ("see https://a.example/x for more", "see https://b.example for more"),
            ("total: $1,234.50 (USD)", "total: $7.00 (USD)"),
            ("ids 1, 2, 3 are gone", "ids 7 are gone"),
        ])
    func one(first: String, second: String) {
        #expect(LetterCause.pattern(of: first) == LetterCause.pattern(of: second))
    }

    @Test(
        "What differs in words is two patterns",
        arguments: [
            ("the customer is missing", "the site is missing"), ("it didn't fit", "it did fit"),
            ("the number is missing", "the number 7 is missing"),
        ])
    func two(first: String, second: String) {
        #expect(LetterCause.pattern(of: first) != LetterCause.pattern(of: second))
    }

    @Test("A pattern reads like the failure it came from, and is never long")
    func readable() {
        #expect(LetterCause.pattern(of: "Customer 'Ada' (id 4711) is\n missing.") == "customer … (id … is missing.")
        #expect(LetterCause.pattern(of: "") == "")
        #expect(LetterCause.pattern(of: "it's 'open") == "it's 'open")
        #expect(LetterCause.pattern(of: String(repeating: "word ", count: 10_000)).count <= 400)
    }

    @Test("The key tells class, connection, entity, code and pattern apart, and stays the same for the same")
    func keys() {
        func key(
            _ failureClass: FailureClass = .validation, _ connection: ConnectionID? = "crm-main",
            _ entity: EntityKind? = .job, _ code: String = "bad", _ failure: String = "bad 7"
        ) -> String {
            LetterCause(failureClass, connection: connection, entity: entity, code: code, failure: failure).key
        }
        #expect(key() == key(.validation, "crm-main", .job, "bad", "Bad 8"))
        let others = [
            key(.stale), key(.validation, "crm-other"), key(.validation, nil), key(.validation, "crm-main", .site),
            key(.validation, "crm-main", nil), key(.validation, "crm-main", .job, "worse"),
            key(.validation, "crm-main", .job, "bad", "good"),
        ]
        #expect(Set(others + [key()]).count == others.count + 1)
        #expect(key().count == 12)
        // Groups are named in reports and scripts: a key must not change from version to version.
        #expect(key() == "14339898a9d7")
    }
}
