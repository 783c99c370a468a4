public import CanonicalModel
public import SyncCore
public import VendorHTTP

/// Why something with a vendor did not work, in words for an operator.
///
/// Its words are logged, kept with the work and shown to everybody. A connector puts no value into them; where a vendor's
/// own words have one all the same, secrets by their names, e-mail addresses and telephone numbers are taken out here,
/// and the secrets that the session knows by `redacted(by:)`.
public struct ConnectorFault: Error, Sendable {
    /// The kind, which decides what happens next.
    public var failureClass: FailureClass
    /// The vendor's or our own short code, part of the grouping of dead letters: `PROPERTY_DOESNT_EXIST`, `5010`.
    public private(set) var code: String
    /// What went wrong, in plain words, without secrets and without personal data.
    public private(set) var message: String
    /// What a person can do about it.
    public private(set) var fix: String
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
        self = redacted(by: Self.byName)
    }

    /// The same fault without what the redactor knows.
    public func redacted(by redactor: Redactor) -> ConnectorFault {
        var fault = self
        fault.code = redactor.failure(code, maximumBytes: 128)
        fault.message = redactor.failure(message)
        fault.fix = redactor.failure(fix)
        return fault
    }

    /// Knows no secret but by its name.
    private static let byName = Redactor()
}
