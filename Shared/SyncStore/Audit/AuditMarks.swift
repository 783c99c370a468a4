internal import CanonicalModel

/// The seals and anchors that the chain has still to come to: pure.
struct AuditMarks {
    private var seals: ArraySlice<Seal>
    private var anchors: ArraySlice<Seal>
    private let lastSeal: Int64
    private var gaps: [AuditGap]
    /// When the last seal was made that agrees, and how far it goes.
    private var sealed: (position: Int64, at: Instant)?

    /// Takes the gaps that recoveries tell of, in the order of the chain.
    init(seals: [Seal], anchors: [Seal], gaps: [AuditGap] = []) {
        self.seals = seals[...]
        self.anchors = anchors.sorted { $0.position < $1.position }[...]
        lastSeal = seals.last?.position ?? 0
        self.gaps = gaps
    }

    /// The gaps that anchors show.
    var found: [AuditGap] { gaps.filter { $0.through > $0.after } }

    /// Compares what stands at the chain's position.
    mutating func check(
        _ chain: AuditChain, _ keys: [SealVerifyingKey], _ report: inout AuditVerifier.Report
    ) -> AuditVerifier.Fault? {
        if let seal = seals.first, seal.position <= chain.position {
            seals.removeFirst()
            guard seal.position == chain.position, seal.head == chain.head else {
                return AuditVerifier.Fault(kind: .wrongSeal, position: seal.position)
            }
            guard seal.isValid(keys) else { return AuditVerifier.Fault(kind: .badSignature, position: seal.position) }
            report.sealed = seal.position
            sealed = (seal.position, seal.sealedAt)
            for index in gaps.indices where gaps[index].after >= seal.position { gaps[index].from = seal.sealedAt }
        }
        while let anchor = anchors.first, anchor.position <= chain.position {
            anchors.removeFirst()
            if anchor.position == chain.position, anchor.head == chain.head, anchor.isValid(keys) {
                report.anchored = anchor.position
            } else if !isExplained(anchor, keys) {
                return AuditVerifier.Fault(kind: .wrongAnchor, position: anchor.position)
            }
        }
        return nil
    }

    /// What is left when the chain has ended.
    mutating func left(after position: Int64, _ keys: [SealVerifyingKey]) -> AuditVerifier.Fault? {
        let rest = anchors
        var unexplained: [Seal] = []
        for anchor in rest where !isExplained(anchor, keys) { unexplained.append(anchor) }
        if let first = unexplained.first, let last = unexplained.last {
            let from = sealed.map { "\($0.at)" } ?? "the beginning"
            return AuditVerifier.Fault(
                kind: .cut, position: first.position,
                missing: "what was sealed between \(from) and \(last.sealedAt) is missing, the entries "
                    + "\(position + 1) to \(last.position) at least")
        }
        if let seal = seals.first { return AuditVerifier.Fault(kind: .cut, position: seal.position) }
        // Every batch ends with its seal, written in one transaction with it.
        return lastSeal < position ? AuditVerifier.Fault(kind: .wrongSeal, position: lastSeal + 1) : nil
    }

    /// Whether a recovery tells why an anchor of ours is not the chain's.
    private mutating func isExplained(_ anchor: Seal, _ keys: [SealVerifyingKey]) -> Bool {
        guard anchor.isValid(keys), let index = gaps.firstIndex(where: { $0.explains(anchor) }) else { return false }
        gaps[index].take(anchor)
        return true
    }
}
