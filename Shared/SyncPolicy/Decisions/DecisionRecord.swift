public import CanonicalModel

/// A decision with all that it depended on, so that it can be explained later and made again.
public struct DecisionRecord: Hashable, Sendable {
    /// The version of the policy that decided.
    public var policyVersion: Int64
    /// The owner of the field then; nil where the policy did not name the field.
    public var owner: Role?
    /// What was judged.
    public var input: DecisionInput
    /// What became of it.
    public var decision: FieldDecision

    /// Takes the parts.
    public init(policyVersion: Int64, owner: Role?, input: DecisionInput, decision: FieldDecision) {
        self.policyVersion = policyVersion
        self.owner = owner
        self.input = input
        self.decision = decision
    }
}

extension SourceOfTruth {
    /// The record of a decision that this policy made.
    public func record(_ input: DecisionInput, _ decision: FieldDecision) -> DecisionRecord {
        DecisionRecord(
            policyVersion: version, owner: rule(input.field, of: input.entity)?.owner, input: input,
            decision: decision)
    }
}
