public import CanonicalModel
public import SyncCore

/// Why something with a vendor did not work, in words for an operator.
public struct ConnectorFault: Error, Sendable {
    /// The kind, which decides what happens next.
    public var failureClass: FailureClass
    /// The vendor's or our own short code, part of the grouping of dead letters: `PROPERTY_DOESNT_EXIST`, `5010`.
    public var code: String
    /// What went wrong, in plain words, without secrets and without personal data.
    public var message: String
    /// What a person can do about it.
    public var fix: String
    /// The fields at fault, where the vendor names them; they are held, and the others go.
    public var fields: [FieldName]
    /// How long the vendor asks us to wait.
    public var retryAfter: Duration?
    /// The object that is there already, for a duplicate.
    public var existing: NativeReference?

    /// Takes the parts.
    public init(
        _ failureClass: FailureClass, code: String, message: String, fix: String, fields: [FieldName] = [],
        retryAfter: Duration? = nil, existing: NativeReference? = nil
    ) {
        self.failureClass = failureClass
        self.code = code
        self.message = message
        self.fix = fix
        self.fields = fields
        self.retryAfter = retryAfter
        self.existing = existing
    }
}
