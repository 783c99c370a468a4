import Foundation
import SandboxKit

/// Who writes, when, and on whose behalf.
struct WriteContext: Sendable {
    let actor: SandboxActor
    let requestID: UInt64?
    let now: SandboxInstant
    /// Whether subscribers are told.
    let notifies: Bool
    /// Whether the write is only tried out on a copy: then nothing is logged either.
    var isRehearsal = false

    /// What webhooks call the source of the change.
    var changeSource: String {
        switch actor {
        case .token: "INTEGRATION"
        case .user: "CRM_UI"
        case .seed: "IMPORT"
        case .system: "CALCULATED"
        }
    }

    /// Whether values may be set that integrations cannot set.
    var mayWriteReadOnly: Bool {
        if case .token = actor { false } else { true }
    }
}

/// All state of one HubSpot account, guarded by the sandbox's lock.
struct HubSpotPortal: Sendable {
    var account = HubSpotAccount()
    var tables: [String: ObjectTable] = [:]
    /// The plural for each name that paths and bodies may use.
    private(set) var typeNames: [String: String] = [:]
    var associations = AssociationTable()
    var associationKinds: [Int: AssociationKind] = [:]
    var pipelines: [String: [Pipeline]]
    var owners: [HubSpotOwner]
    var webhooks = WebhookRegistry()
    var limits = HubSpotLimits()
    var schemaIDs = NativeIDCounter(start: 2_000_001)
    var userDefinedAssociationIDs = NativeIDCounter(start: 1_001)
    var quoteNumbers = NativeIDCounter(start: 1)

    init(now: SandboxInstant) {
        pipelines = Pipeline.standard(at: now)
        owners = HubSpotOwner.standard(at: now)
        for kind in ObjectKind.standard { add(kind) }
        for kind in AssociationKind.standard { associationKinds[kind.typeID] = kind }
    }

    mutating func add(_ kind: ObjectKind) {
        tables[kind.plural] = ObjectTable(kind: kind)
        for name in [kind.plural, kind.singular, kind.typeID] { typeNames[name.lowercased()] = kind.plural }
        if kind.typeID.hasPrefix("2-") { typeNames["p_" + kind.singular] = kind.plural }
    }

    /// The plural of a type named in a path or body.
    func plural(_ name: String) throws(HubSpotProblem) -> String {
        guard let plural = typeNames[name.lowercased()] else {
            throw .invalid("Unable to infer object type from: \(name)")
        }
        return plural
    }

    func schema(_ plural: String) throws(HubSpotProblem) -> ObjectSchema {
        guard let schema = tables[plural]?.schema else {
            throw .invalid("Unable to infer object type from: \(plural)")
        }
        return schema
    }

    func kind(_ plural: String) -> ObjectKind? { tables[plural]?.schema.kind }

    // MARK: Finding

    /// The live record that a path or input names, by native id or by a unique property.
    func find(_ plural: String, _ name: String, idProperty: String?) throws(HubSpotProblem) -> HubSpotRecord? {
        let schema = try schema(plural)
        if let idProperty, idProperty != "hs_object_id" {
            guard schema.definition(idProperty) != nil else {
                throw .invalid("Property \"\(idProperty)\" does not exist", code: "PROPERTY_DOESNT_EXIST")
            }
            guard schema.isUnique(idProperty) else {
                throw .invalid("\(idProperty) is not a unique identifier property of \(schema.kind.singular)")
            }
            return tables[plural]?.holder(of: idProperty, name).flatMap { tables[plural]?.live($0) }
        }
        return Int(name).flatMap { tables[plural]?.live($0) }
    }

    // MARK: Writing

    /// Checks the values of a write; nil values were sent as null.
    func checked(
        _ values: [(String, String?)], for schema: ObjectSchema, record: HubSpotRecord?, context: WriteContext
    ) throws(HubSpotProblem) -> [String: String] {
        var faults: [PropertyFault] = []
        var accepted: [String: String] = [:]
        for (rawName, value) in values {
            let name = rawName.lowercased()
            guard let definition = schema.definition(name) else {
                faults.append(
                    PropertyFault(
                        property: name, message: "Property \"\(name)\" does not exist", code: "PROPERTY_DOESNT_EXIST"))
                continue
            }
            if definition.isReadOnly, !context.mayWriteReadOnly {
                faults.append(
                    PropertyFault(
                        property: name, message: "\"\(name)\" is a read only property; its value cannot be set.",
                        code: "READ_ONLY_VALUE"))
                continue
            }
            switch PropertyValidation.normalized(value ?? "", for: definition) {
            case .success(let normalized): accepted[name] = normalized
            case .failure(let reason):
                faults.append(PropertyFault(property: name, message: reason.message, code: reason.code))
            }
        }
        faults += stageFaults(accepted, plural: schema.kind.plural, record: record) + ownerFaults(accepted)
        guard faults.isEmpty else { throw .properties(faults) }
        return accepted
    }

    private func ownerFaults(_ values: [String: String]) -> [PropertyFault] {
        guard let owner = values["hubspot_owner_id"], !owner.isEmpty, !owners.contains(where: { $0.id == owner }) else {
            return []
        }
        return [
            PropertyFault(
                property: "hubspot_owner_id", message: "Owner \(owner) does not exist", code: "INVALID_OWNER_ID")
        ]
    }

    /// The names of the pipeline and stage properties of a kind.
    static func stageProperties(_ plural: String) -> (pipeline: String, stage: String)? {
        switch plural {
        case "deals": ("pipeline", "dealstage")
        case "tickets": ("hs_pipeline", "hs_pipeline_stage")
        default: nil
        }
    }

    private func stageFaults(_ values: [String: String], plural: String, record: HubSpotRecord?) -> [PropertyFault] {
        guard let (pipelineName, stageName) = Self.stageProperties(plural),
            values[pipelineName] != nil || values[stageName] != nil
        else { return [] }
        let all = (pipelines[plural] ?? []).filter { !$0.isArchived }
        let pipelineID = values[pipelineName] ?? record?.properties[pipelineName] ?? all.first?.id ?? ""
        guard let pipeline = all.first(where: { $0.id == pipelineID }) else {
            let allowed = all.map(\.id).joined(separator: ", ")
            return [
                PropertyFault(
                    property: pipelineName, message: "\(pipelineID) was not one of the allowed options: [\(allowed)]",
                    code: "INVALID_OPTION")
            ]
        }
        let stage = values[stageName] ?? record?.properties[stageName]
        guard let stage, !stage.isEmpty, !pipeline.stages.contains(where: { $0.id == stage && !$0.isArchived }) else {
            return []
        }
        let allowed = pipeline.stages.map(\.id).joined(separator: ", ")
        return [
            PropertyFault(
                property: stageName,
                message: "\(stage) was not one of the allowed options of pipeline \(pipelineID): [\(allowed)]",
                code: "INVALID_OPTION")
        ]
    }

    /// Refuses values that another live record holds and that must be unique.
    func refuseTaken(_ values: [String: String], in plural: String, for id: Int?) throws(HubSpotProblem) {
        let schema = try schema(plural)
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where !value.isEmpty && schema.isUnique(name) {
            guard let holder = tables[plural]?.holder(of: name, value), holder != id else { continue }
            if plural == "contacts", name == "email" {
                throw .conflict("Contact already exists. Existing ID: \(holder)", existing: holder)
            }
            throw .invalid(
                "Cannot set \(name)=\(value) on \(id.map(String.init) ?? "a new \(schema.kind.singular)"). "
                    + "\(holder) already has that value.", code: "CONFLICTING_UNIQUE_VALUE")
        }
    }
}
