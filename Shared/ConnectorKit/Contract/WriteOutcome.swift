public import CanonicalModel

/// What became of a write.
public enum WriteOutcome: Sendable {
    /// The vendor carried it out.
    case done(WriteReceipt)
    /// The vendor refused it, or it never left us.
    ///
    /// `fault.failureClass` is never `unknownOutcome`.
    case failed(ConnectorFault)
    /// It may or may not have been carried out.
    case unknown(ConnectorFault)

    /// The outcome without the secrets that the session knows.
    func redacted(by session: any VendorSession) -> WriteOutcome {
        switch self {
        case .done: self
        case .failed(let fault): .failed(session.redacted(fault))
        case .unknown(let fault): .unknown(session.redacted(fault))
        }
    }
}

/// What the vendor answered to a write.
public struct WriteReceipt: Sendable {
    /// The object that was created or updated.
    public var native: NativeReference
    /// The fields as the vendor now shows them, as far as the answer tells; a field that the answer does not tell and the
    /// request covered is taken to be as it was sent.
    public var shown: Patch
    /// The version for the next conditional write.
    public var versionToken: String?
    /// When the vendor says that it happened.
    public var modifiedAt: Instant?

    /// Takes the parts.
    public init(
        native: NativeReference, shown: Patch = [:], versionToken: String? = nil, modifiedAt: Instant? = nil
    ) {
        self.native = native
        self.shown = shown
        self.versionToken = versionToken
        self.modifiedAt = modifiedAt
    }
}

/// What a look-up found of an attempt with unknown outcome.
public enum LookUpResult: Sendable {
    /// The object that the attempt made.
    case found(NativeReference)
    /// Nothing; it counts only when the look-up began after the request's ceiling and the vendor's index lag.
    case absent
    /// This vendor has no way to ask; the byte-identical request under the same key settles it.
    case repeatRequest
}
