import SyncStore

/// What is to be done about a call-back whose state is known: pure.
enum ConsentVerdict: Sendable, Hashable {
    /// The code is exchanged for tokens.
    case exchange(code: String)
    /// The state is used up without tokens.
    case end(Consent.Outcome, ConsentResult)
    /// Nothing changes; the person is told.
    case tell(ConsentResult)

    /// Judges an answer, by the consent's row as it stands.
    init(_ consent: Consent, _ answer: ConsentCallback.Answer) {
        guard consent.usedAt == nil else {
            self = .tell(.used(consent.outcome))
            return
        }
        guard !consent.isExpired else {
            self = .tell(.expired)
            return
        }
        self =
            switch answer {
            case .code(let code): .exchange(code: code)
            case .denied: .end(.denied, .denied)
            case .away: .tell(.vendorAway)
            case .refused(let word): .end(.refused, .refused(word))
            }
    }

    /// Whether tokens of an account may be kept.
    ///
    /// - Parameters:
    ///   - named: the account that the connection's file names.
    ///   - before: the one that it was connected to last.
    ///   - found: the one that consent was given for; nil where the vendor does not tell.
    /// - Returns: nil if they may; otherwise the account that it should have been.
    static func mismatch(named: String?, before: String?, found: String?) -> String? {
        guard let expected = named ?? before, expected != found else { return nil }
        return expected
    }
}
