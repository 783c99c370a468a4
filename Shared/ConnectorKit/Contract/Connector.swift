public import CanonicalModel
public import SyncCore

/// What Plumbline needs to know of a vendor; one value of it serves one connection.
///
/// Translators (`changes`, `observe`, `prepare`) are pure: same input, same output, no I/O, no clock. What talks to the
/// vendor takes the session, which brings credentials, rate budget, deadlines and redaction.
public protocol Connector: Sendable {
    /// What the vendor can and cannot do, honestly.
    var descriptor: ConnectorDescriptor { get }

    /// Judges whether a webhook really comes from the vendor, in constant time over the raw body.
    func verify(_ delivery: WebhookDelivery, secrets: [String], now: Instant) -> WebhookVerdict

    /// The objects that a verified webhook says have changed.
    ///
    /// Throws for a body that cannot be read.
    func changes(in delivery: WebhookDelivery) throws(ConnectorFault) -> [ChangeHint]

    /// Reads objects by their ids, in bulk where the vendor has bulk reads.
    ///
    /// One result per reference, in any order.
    func read(_ references: [NativeReference], session: any VendorSession) async throws(ConnectorFault) -> [ReadResult]

    /// Asks for what has changed after a cursor.
    ///
    /// The page's hints are marked dirty and its cursor is stored in one transaction, so a page may be asked for
    /// again but is never skipped.
    func poll(_ stream: PollStream, after cursor: String?, session: any VendorSession) async throws(ConnectorFault)
        -> PollPage

    /// A cursor from which a stream is asked for everything that has changed since a moment, or since the cursor's own where
    /// that is earlier; a place within a list is given up.
    ///
    /// Nil leaves the cursor as it is.
    func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String?

    /// One page of all objects of a native type, for snapshots.
    func page(of nativeType: String, after cursor: String?, session: any VendorSession) async throws(ConnectorFault)
        -> ObjectPage

    /// What an object says of each entity that it stands for.
    ///
    /// Throws for an object that cannot be understood, such as one with a status that no mapping names.
    func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation]

    /// Makes the next request that brings a record nearer to its desired state.
    ///
    /// Egress sends it, takes the answer into the shadow, and asks again until nothing differs; so a request may
    /// cover some of the differences only.
    func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite

    /// Sends prepared writes, in bulk where the vendor has it; one outcome per write, in order.
    ///
    /// Never throws: every failure is an outcome of the writes that it concerns.
    func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome]

    /// Looks for a record that an attempt to create with unknown outcome may have made; what became of an update is told by
    /// reading its object.
    func lookUp(_ write: PreparedWrite, session: any VendorSession) async throws(ConnectorFault) -> LookUpResult

    /// Looks for the records of several attempts, in as few calls as the vendor lets us; one result per attempt, in order.
    ///
    /// What is promised of one look-up holds of each: "absent" is told of what the vendor was asked about only.
    func lookUp(
        _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [Result<LookUpResult, ConnectorFault>]

    /// Makes an object harmless that a create of ours has made late, beside the one that stands for the record: archived,
    /// closed, marked, never billed, as far as the vendor lets us.
    ///
    /// Safe to repeat. Throws `validation` where the vendor has no way to; a person has to do it then.
    func neutralise(
        _ native: NativeReference, madeFor record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault)

    /// Makes sure that custom fields, property groups and webhook subscriptions exist.
    ///
    /// Safe to repeat.
    func prepareAccount(webhookURL: String?, session: any VendorSession) async throws(ConnectorFault)

    /// The vendor's own id of the account for which a person has just consented, as `vendor_account` names it; nil where
    /// the vendor does not tell.
    ///
    /// - Parameters:
    ///   - callback: the parameters with which the vendor has sent the person's browser back, but code and state.
    ///   - session: a session with the new access token.
    func account(
        consentedIn callback: [String: String], session: any VendorSession
    ) async throws(ConnectorFault) -> String?
}

extension Connector {
    /// For vendors whose streams name all that they have with each round.
    public func rewound(_ cursor: String?, of stream: PollStream, to moment: Instant) -> String? { cursor }

    /// For vendors that are asked about one record with each call.
    public func lookUp(
        _ writes: [PreparedWrite], session: any VendorSession
    ) async -> [Result<LookUpResult, ConnectorFault>] {
        var results: [Result<LookUpResult, ConnectorFault>] = []
        for write in writes {
            do throws(ConnectorFault) {
                results.append(.success(try await lookUp(write, session: session)))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    /// For vendors at which no create can come late, since they know its key.
    public func neutralise(
        _ native: NativeReference, madeFor record: CanonicalID, session: any VendorSession
    ) async throws(ConnectorFault) {
        throw ConnectorFault(
            .validation, code: "not_neutralised",
            message: "\(native) was made late, and cannot be neutralised from here",
            fix: "archive or delete it in \(descriptor.title)")
    }

    /// For vendors that do not tell.
    public func account(
        consentedIn callback: [String: String], session: any VendorSession
    ) async throws(ConnectorFault) -> String? {
        nil
    }
}
