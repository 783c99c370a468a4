public import CanonicalModel
public import Postgres
internal import SyncStore

/// Verifies the audit log.
public struct AuditOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// What a verification found.
    public struct Verification: Sendable {
        /// How many entries agree with the chain, from the first.
        public var verified: Int64
        /// Up to where seals agree.
        public var sealed: Int64
        /// Up to where anchors agree.
        public var anchored: Int64
        /// How many entries are not sealed yet.
        public var unsealed: Int
        /// How many entries have had their details erased.
        public var erased: Int
        /// The first fault, in words; nil where everything agrees.
        public var fault: String?
        /// What kind of fault it is.
        public var kind: String?
        /// The position of the fault.
        public var position: Int64?
        /// The entry of the fault as it stands in the table now.
        public var entry: String?
        /// What was lost with restored backups, in words, oldest first.
        public var gaps: [String] = []

        /// For people.
        public var text: String {
            let lost = gaps.map { "\nLOST: \($0)" }.joined()
            if let fault {
                let now = entry.map { "\nwhat stands there now: \($0)" } ?? ""
                return """
                    THE AUDIT LOG DOES NOT VERIFY: \(fault)\(now)
                    the \(verified) entries before it agree with chain, seals and anchors\(lost)
                    """
            }
            return """
                the audit log verifies: \(verified) entries agree with the chain
                sealed to position \(sealed), anchored to position \(anchored)
                \(unsealed) entries are not sealed yet, \(erased) have had their details erased\(lost)
                """
        }

        /// For programs.
        public var json: JSONValue {
            [
                "ok": .bool(fault == nil), "verified": .int(verified), "sealed": .int(sealed),
                "anchored": .int(anchored), "unsealed": .int(unsealed), "erased": .int(erased),
                "gaps": .array(gaps.map(JSONValue.string)),
                "fault": fault == nil
                    ? .null
                    : [
                        "kind": .text(kind), "position": position.map { .int($0) } ?? .null, "text": .text(fault),
                        "entry": .text(entry),
                    ],
            ]
        }
    }

    /// Recomputes the whole chain and compares it with entries, seals and anchors.
    ///
    /// - Parameters:
    ///   - signingKey: the 32 bytes of the private key that signs now, where whoever verifies has it.
    ///   - publicKeys: the 32 bytes of public keys that have signed.
    ///   - anchors: the file of anchors; nil verifies without.
    public func verify(
        signingKey: [UInt8]?, publicKeys: [[UInt8]], anchors: String?
    ) async throws -> Verification {
        var keys = try publicKeys.map { try SealVerifyingKey($0) }
        if let signingKey { keys.append(try SealingKey(signingKey).verifyingKey) }
        let verifier = AuditVerifier(keys: keys, anchors: anchors.map { AnchorFile(path: $0) }, pool: pool)
        let report = try await verifier.verify()
        var verification = Verification(
            verified: report.verified, sealed: report.sealed, anchored: report.anchored, unsealed: report.unsealed,
            erased: report.erased)
        verification.gaps = report.gaps.map(\.description)
        guard let fault = report.fault else { return verification }
        verification.fault = fault.description
        verification.kind = fault.kind.rawValue
        verification.position = fault.position
        if let entry = fault.entry { verification.entry = try await pool.run(AuditLog.line(of: entry)) }
        return verification
    }

    /// The public half of a signing key, for auditors; it is no secret.
    public static func publicKey(of signingKey: [UInt8]) throws -> [UInt8] {
        try SealingKey(signingKey).verifyingKey.bytes
    }
}
