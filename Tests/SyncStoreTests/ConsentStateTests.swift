import CanonicalModel
import Testing

@testable import SyncStore

@Suite("The state of a consent")
struct ConsentStateTests {
    private static let books = ConnectionID("books")

    private func consent(_ state: ConsentState, _ number: UInt64) -> Consent {
        Consent(
            id: CanonicalID(high: 1, low: number), connection: Self.books, stateDigest: state.digest, askedBy: "ada",
            expiresAt: Instant(seconds: 1_800_000_000))
    }

    @Test("It is 256 bits in letters that every URL carries as they are, and no two are alike")
    func text() throws {
        let states = (0..<200).map { _ in ConsentState.make().text }
        #expect(Set(states).count == 200)
        for text in states {
            #expect(text.utf8.count == 43)
            #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
            #expect(try #require(ConsentState(text)).text == text)
        }
        // Bytes whose Base64 has each of the signs that URLs do not carry.
        let signs = ConsentState.make(SaltSource { Array(repeating: 0xFB, count: $0) })
        #expect(signs.text.hasPrefix("-_v7-_v7"))
        #expect(ConsentState(signs.text)?.digest == signs.digest)
    }

    @Test(
        "What was never made here is not read",
        arguments: [
            "", "x", String(repeating: "A", count: 42), String(repeating: "A", count: 44),
            String(repeating: "A", count: 42) + "B", String(repeating: "+", count: 43),
            String(repeating: "A", count: 42) + "=", String(repeating: "é", count: 43),
        ])
    func strange(text: String) {
        #expect(ConsentState(text) == nil)
    }

    @Test("It is found among others by its digest alone, which does not tell it")
    func found() {
        let states = (0..<5).map { _ in ConsentState.make() }
        let consents = zip(states, UInt64(0)...).map { consent($0, $1) }
        for (state, consent) in zip(states, consents) { #expect(state.find(in: consents) == consent) }
        #expect(ConsentState.make().find(in: consents) == nil)
        #expect(states[0].find(in: []) == nil)
        #expect(Base64URL.text(states[0].digest) != states[0].text)
    }

    @Test("The challenge of a proof key is the one of RFC 7636, appendix B")
    func challenge() {
        let verifier = CodeVerifier(text: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(verifier.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(CodeVerifier.make().text.utf8.count == 43)
        #expect(CodeVerifier.make() != CodeVerifier.make())
    }

    @Test("A sealed verifier is opened by its own state only, for its own connection only")
    func sealed() throws {
        let state = ConsentState.make()
        let verifier = CodeVerifier.make()
        let sealed = try state.seal(verifier, for: Self.books)
        #expect(try state.open(sealed, for: Self.books) == verifier)
        #expect(throws: StoreError.self) { try ConsentState.make().open(sealed, for: Self.books) }
        #expect(throws: StoreError.self) { try state.open(sealed, for: ConnectionID("crm")) }
        let text = String(decoding: sealed, as: UTF8.self)
        #expect(!text.contains(verifier.text))
    }

    @Test("State and challenge are put behind the address, and a verifier is neither forgotten nor told")
    func url() {
        let state = ConsentState.make()
        let verifier = CodeVerifier.make()
        func offer(_ provesKey: Bool) -> ConsentOffer {
            ConsentOffer(
                connection: Self.books, title: "Books",
                way: .open(authorizeURL: "https://v.example/a?client_id=1", provesKey: provesKey), isNeeded: true)
        }
        #expect(
            offer(false).url(state: state, verifier: nil) == "https://v.example/a?client_id=1&state=\(state.text)")
        #expect(
            offer(true).url(state: state, verifier: verifier)
                == "https://v.example/a?client_id=1&state=\(state.text)&code_challenge=\(verifier.challenge)"
                + "&code_challenge_method=S256")
        #expect(offer(true).url(state: state, verifier: nil) == nil)
        #expect(offer(false).url(state: state, verifier: verifier) == nil)
        let closed = ConsentOffer(connection: Self.books, title: "Books", way: .closed("no"), isNeeded: false)
        #expect(closed.url(state: state, verifier: nil) == nil)
    }
}
