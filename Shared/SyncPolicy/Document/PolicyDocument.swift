import CanonicalModel
import Crypto

/// A policy document that has been read and checked as a whole.
public struct PolicyDocument: Sendable {
    /// The version of the document's form that is read.
    public static let formVersion: Int64 = 1

    /// The text of the document.
    public let yaml: String
    /// SHA-256 of the text's bytes in hex.
    public let hash: String
    private let settings: PolicySettings
    private let triggers: [Trigger]
    private let entities: [EntityKind: EntityPolicy]

    /// Reads a document and checks all of it.
    ///
    /// - Throws: every fault at once, each with its line and column.
    public init(yaml: String) throws(PolicyFaults) {
        let tree = PolicyYAML(yaml)
        var reader = PolicyReader()
        reader.add(tree.faults)
        var draft = PolicyDraft()
        if let root = tree.root { reader.document(root, into: &draft) }
        guard reader.faults.isEmpty else { throw PolicyFaults(reader.faults) }
        self.yaml = yaml
        hash = SHA256.hash(data: Array(yaml.utf8)).hex
        settings = draft.settings
        triggers = draft.triggers.map(\.trigger)
        entities = draft.entities.mapValues { entity in
            EntityPolicy(
                syncClass: entity.syncClass, gates: entity.gates.mapValues(\.gate),
                fields: entity.fields.mapValues(\.rule))
        }
    }

    /// The policy that decisions are made by.
    public func compiled(version: Int64) -> SourceOfTruth {
        SourceOfTruth(version: version, hash: hash, settings: settings, triggers: triggers, entities: entities)
    }
}

extension PolicyReader {
    fileprivate mutating func document(_ root: PolicyNode, into draft: inout PolicyDraft) {
        guard let members = members(root, "", keys: ["version", "settings", "lists", "triggers", "entities"]) else {
            return
        }
        let form = PolicyDocument.formVersion
        if let version = members["version"] {
            _ = number(version, "version", in: form...form)
        } else {
            fault(root, "version", "the document names no version", suggestion: "begin with 'version: \(form)'")
        }
        let lists = lists(members["lists"])
        draft.criticalScope = lists.criticalScope
        draft.settings = settings(
            members["settings"], inProgress: lists.inProgress, criticalScope: lists.criticalScope)
        if let node = members["triggers"] { draft.triggers = triggers(node) }
        if let node = members["entities"] {
            entities(node, into: &draft)
        } else {
            fault(
                root, "entities", "the document names no entities, so nothing is synced", suggestion: "add 'entities:'")
        }
        checkAcross(draft)
    }
}

extension SHA256Digest {
    fileprivate var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
