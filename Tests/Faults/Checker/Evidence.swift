/// All that the checker judges by: what people intended, what the systems of record have written down, and what our own
/// system says about itself.
struct Evidence: Sendable {
    /// Something that our own system says about a record: an open proposal, a dead letter.
    struct Explanation: Sendable {
        /// What it is, in words.
        let text: String
        /// The field that it is about; nil for the record as a whole.
        let field: String?
        /// Where the record is, in any system.
        let natives: Set<NativeAddress>
    }

    var intents: [Intent] = []
    var changes: [NativeChange] = []
    var explanations: [Explanation] = []
    /// The marks that our decisions name: edits whose both sides are on record.
    var recordedMarks: Set<String> = []
    /// The last entry of the history before people began: what was made until then is explained by no intent.
    var beginSequence = 0
    /// The last entry of the history before all was announced again; what we write after it is one write too many.
    var quietSequence = Int.max
    /// The alerts that there were, and when nobody could have raised one.
    var alerts: [Lateness.Alert] = []
    var blind: [ClosedRange<Double>] = []
    /// What was seen to be wrong in our own tables, logs and audit log.
    var ownFindings: [Finding] = []
}
