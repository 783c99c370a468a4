public import CanonicalModel
public import Postgres

/// Recomputes the whole audit chain and compares it with rows, seals and anchors.
public struct AuditVerifier: Sendable {
    /// What does not agree.
    public struct Fault: Sendable, Hashable, CustomStringConvertible {
        /// What kind of fault it is.
        public enum Kind: String, Sendable, CaseIterable {
            /// A position is missing in the chain.
            case gap
            /// The row of a position is gone.
            case missingRow = "missing_row"
            /// A row is not what was sealed, or stands at another position.
            case altered
            /// Details and their digest do not agree.
            case alteredDetails = "altered_details"
            /// A seal does not agree with the chain.
            case wrongSeal = "wrong_seal"
            /// A seal's signature is none of the known keys'.
            case badSignature = "bad_signature"
            /// An anchor does not agree with the chain.
            case wrongAnchor = "wrong_anchor"
            /// The chain ends before an anchor.
            case cut
        }

        /// What kind of fault it is.
        public var kind: Kind
        /// The first position that is wrong.
        public var position: Int64
        /// The row concerned, where there is one.
        public var entry: CanonicalID?
        /// What is missing, where the chain was cut, in words.
        public var missing: String?

        /// In words.
        public var description: String {
            let row = entry.map { " (entry \($0))" } ?? ""
            return switch kind {
            case .gap: "position \(position) is missing in the chain"
            case .missingRow: "the row of position \(position) is gone\(row)"
            case .altered: "the row of position \(position) is not what was sealed there\(row)"
            case .alteredDetails: "the details of position \(position) are not what was sealed there\(row)"
            case .wrongSeal: "the seal at position \(position) is not that of the chain"
            case .badSignature: "the seal at position \(position) was signed by no known key"
            case .wrongAnchor: "the anchor at position \(position) is not that of the chain"
            case .cut:
                "the chain ends before position \(position), which an anchor names" + (missing.map { ": \($0)" } ?? "")
            }
        }
    }

    /// What a verification found.
    public struct Report: Sendable {
        /// How many positions agree, from the first.
        public var verified: Int64 = 0
        /// The position of the last seal that agrees; what lies behind is not protected yet.
        public var sealed: Int64 = 0
        /// The position of the last anchor that agrees.
        public var anchored: Int64 = 0
        /// How many rows are not sealed yet.
        public var unsealed = 0
        /// How many rows have had their details erased.
        public var erased = 0
        /// What was lost with restored backups, oldest first: anchors name it, and an entry of the log tells why it is gone.
        public var gaps: [AuditGap] = []
        /// The first fault; nil where everything agrees.
        public var fault: Fault?
    }

    static let sealColumns: SQL = "last_position, entries, head, signature, key_id, sealed_at"

    private let keys: [SealVerifyingKey]
    private let anchors: AnchorFile?
    private let pool: PostgresPool
    private let page: Int

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - keys: every key that has signed seals.
    ///   - anchors: the file of copies; nil verifies without.
    public init(keys: [SealVerifyingKey], anchors: AnchorFile?, pool: PostgresPool, page: Int = 5000) {
        self.keys = keys
        self.anchors = anchors
        self.pool = pool
        self.page = page
    }

    /// Verifies the whole chain, from its first position; it reads the log once, page by page.
    public func verify() async throws -> Report {
        var report = Report()
        let anchors = try anchors?.read() ?? []
        let (seals, end) = try await state()
        var marks = AuditMarks(seals: seals, anchors: anchors, gaps: try await recoveries())
        // The rows first: those that are written meanwhile are not sealed at that time.
        report.unsealed = try await pool.query(
            "select count(*) from audit a where not exists (select from chain c where c.audit = a.id)")[0][
                0, as: Int.self]
        var chain = AuditChain()
        while report.fault == nil {
            let rows = try await pool.query(
                """
                select c.position, c.audit, c.head, a.salt, a.actor, a.body, a.id is not null, \(AuditChain.Row.columns)
                from chain c left join audit a on a.id = c.audit
                where c.position > \(chain.position) and c.position <= \(end) order by c.position limit \(page)
                """)
            for row in rows {
                report.fault = try check(row, &chain, &report) ?? marks.check(chain, keys, &report)
                if report.fault != nil { break }
                report.verified = chain.position
            }
            if rows.count < page { break }
        }
        if report.fault == nil { report.fault = marks.left(after: chain.position, keys) }
        report.gaps = marks.found
        return report
    }

    /// What recoveries have said of the end of the chain at their time.
    ///
    /// Their entries are verified with all others: one that was altered is a fault.
    private func recoveries() async throws -> [AuditGap] {
        try await pool.query(
            """
            select a.id, a.at, a.body, c.position from audit a join chain c on c.audit = a.id
            where a.kind = 'operated' and position(\(AuditGap.mark) in a.body) > 0 order by c.position
            """
        ).compactMap { row in
            AuditGap(
                entry: try row[0, as: CanonicalID.self], at: try row[1, as: Instant.self],
                body: try row[2, as: [UInt8].self], position: try row[3, as: Int64.self])
        }
    }

    /// The seals, and the end of the chain at the same moment.
    ///
    /// One statement, since a sealer may be at work: its chain would be longer than the seals that were read before.
    private func state() async throws -> (seals: [Seal], end: Int64) {
        let rows = try await pool.query(
            """
            select \(Self.sealColumns), chain_end, last_position is not null
            from (select coalesce(max(position), 0) as chain_end from chain) as c left join seal on true
            order by last_position
            """)
        let end = try rows.first.map { try $0[6, as: Int64.self] } ?? 0
        return (try rows.filter { try $0[7, as: Bool.self] }.map { try Seal($0) }, end)
    }

    private func check(_ row: PostgresRow, _ chain: inout AuditChain, _ report: inout Report) throws -> Fault? {
        let position = try row[0, as: Int64.self]
        let entry = try row[1, as: CanonicalID.self]
        guard position == chain.position + 1 else { return Fault(kind: .gap, position: chain.position + 1) }
        guard try row[6, as: Bool.self] else { return Fault(kind: .missingRow, position: position, entry: entry) }
        let head = try row[2, as: [UInt8].self]
        let content = try AuditChain.Row(row, from: 7)
        guard chain.add(content) == head else { return Fault(kind: .altered, position: position, entry: entry) }
        let salt = try row[3, as: [UInt8]?.self]
        let body = try row[5, as: [UInt8]?.self]
        let actor = try row[4, as: String?.self]
        guard let salt, let body else {
            report.erased += 1
            // Erased is erased: a part that is left, or was put there later, belongs to no digest.
            guard salt == nil, body == nil, actor == nil else {
                return Fault(kind: .alteredDetails, position: position, entry: entry)
            }
            return nil
        }
        guard AuditEntry.digest(salt: salt, actor: actor, body: body) == content.digest else {
            return Fault(kind: .alteredDetails, position: position, entry: entry)
        }
        return nil
    }
}
