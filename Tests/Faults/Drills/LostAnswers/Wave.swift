import CanonicalModel
import SandboxKit

/// Commands for records of one kind that are sent together, and what a vendor has to show of each of them afterwards.
struct Wave {
    /// What is made, in words.
    let title: String
    let entity: EntityKind
    /// The type as the vendor's history calls it.
    let type: String
    /// Which requests make it, as the sandbox's faults name them.
    let requests: SandboxKit.JSONObject
    /// How the connector looks for what it may have made, as the request log names it.
    let lookUp: String
    /// Of each record the text by which its object is known.
    let wanted: [CanonicalID: String]
    let commands: [SyncCommand]
    /// Whether nothing may be made twice, rather than found and taken back.
    let isPrevented: Bool

    /// A fault that strikes these requests.
    func fault(_ effect: JSON, probability: Double, count: Int? = nil) -> JSON {
        var fault = requests
        fault["effect"] = effect
        fault["probability"] = .number(probability)
        if let count { fault["count"] = .int(count) }
        return .object(fault)
    }
}
