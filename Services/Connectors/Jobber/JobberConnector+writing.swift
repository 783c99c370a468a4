import CanonicalModel
public import ConnectorKit
import SyncCore

extension JobberConnector {
    /// Makes a draft of the write.
    ///
    /// Jobber's edits must name the ids of custom fields, phones and line items, which only Jobber knows; so the
    /// request's body is a draft that names them by what we know, and `send` looks the ids up just before it sends. A
    /// draft says how things shall be in the end, so carrying it out twice is carrying it out once.
    public func prepare(_ write: OutboundWrite) throws(ConnectorFault) -> PreparedWrite {
        let draft = try JobberDraft(write, fields: fields, currency: declaration.currency)
        return PreparedWrite(
            write: write,
            request: JobberAPI.request("", draft.json), covers: Set(write.changes.keys))
    }

    /// Sends each write by itself, since Jobber has no bulk call for any of them, a few at once: they are of different
    /// objects.
    public func send(_ writes: [PreparedWrite], session: any VendorSession) async -> [WriteOutcome] {
        await withTaskGroup(of: (place: Int, outcome: WriteOutcome).self) { group in
            var outcomes: [Int: WriteOutcome] = [:]
            for (place, write) in writes.enumerated() {
                if place >= Self.writesAtOnce, let done = await group.next() { outcomes[done.place] = done.outcome }
                group.addTask { (place, await send(write, session: session)) }
            }
            for await done in group { outcomes[done.place] = done.outcome }
            return writes.indices.compactMap { outcomes[$0] }
        }
    }

    private static let writesAtOnce = 4

    private func send(_ write: PreparedWrite, session: any VendorSession) async -> WriteOutcome {
        do {
            return .done(try await carryOut(write, session: session))
        } catch {
            return error.failureClass == .unknownOutcome ? .unknown(error) : .failed(error)
        }
    }

    private func carryOut(
        _ write: PreparedWrite, session: any VendorSession
    ) async throws(ConnectorFault) -> WriteReceipt {
        let draft = try JobberDraft(write.request)
        var input = draft.input
        var values: [JSONValue] = []
        for member in draft.customFields.members {
            let id = try await book.id(
                of: member.key, on: draft.operation.customFieldTarget, api: api, session: session)
            values.append(["customFieldConfigurationId": .string(id), "valueText": member.value])
        }
        if !values.isEmpty { input["customFields"] = .array(values) }
        let document: String
        var variables: JSONValue = ["id": .string(draft.id)]
        switch draft.operation {
        case .clientCreate:
            document = JobberDocuments.clientCreate
            variables = ["input": .object(input)]
        case .clientEdit:
            document = JobberDocuments.clientEdit
            if !draft.methods.isEmpty {
                let data = try await api.call(
                    JobberDocuments.contactMethods, variables, isSafe: true, session: session)
                guard !data["client"].isNull else { throw Self.gone }
                for member in JobberMethods.edits(.object(draft.methods), of: data["client"]).members {
                    input[member.key] = member.value
                }
            }
            variables["input"] = .object(input)
        case .propertyCreate:
            document = JobberDocuments.propertyCreate
            variables = ["id": .string(draft.client), "input": ["properties": [.object(input)]]]
        case .propertyEdit:
            document = JobberDocuments.propertyEdit
            variables["input"] = .object(input)
        case .jobCreate:
            document = JobberDocuments.jobCreate
            if let lines = draft.lines {
                input["lineItems"] = .array(lines.map { Self.newLine($0["attributes"], $0["position"]) })
            }
            variables = ["input": .object(input)]
        case .jobEdit:
            var steps: [(step: JobberDocuments.JobStep, input: JSONValue)] = []
            if !input.isEmpty { steps.append((.edit, .object(input))) }
            if let lines = draft.lines { steps += try await lineSteps(lines, of: draft.id, session: session) }
            guard !steps.isEmpty else { return WriteReceipt(native: NativeReference(type: "job", id: draft.id)) }
            document = JobberDocuments.jobEdit(steps.map(\.step))
            for step in steps { variables[step.step.rawValue] = step.input }
        }
        let data = try await api.call(document, variables, isSafe: false, session: session)
        return try Self.receipt(data, draft, entity: write.write.entity)
    }

    /// What brings the job's lines to ours: lines that were made in Jobber stay, unless ours names one of them.
    private func lineSteps(
        _ wanted: [JSONValue], of job: String, session: any VendorSession
    ) async throws(ConnectorFault) -> [(step: JobberDocuments.JobStep, input: JSONValue)] {
        guard let object = try await api.read(.job, ids: [job], session: session)[job] else { throw Self.gone }
        var present: [String: JobberLine] = [:]
        var removed: [JSONValue] = []
        for line in (object["lineItems"]["nodes"].array ?? []).compactMap({
            JobberLine($0, currency: declaration.currency)
        }) {
            // The same line twice is what a lost answer can leave behind; the first one stays.
            if let first = present[line.line.key], first.isOurs, line.isOurs {
                removed.append(.string(line.id))
            } else {
                present[line.line.key] = line
            }
        }
        var changed: [JSONValue] = []
        var added: [JSONValue] = []
        for line in wanted {
            guard let key = line["key"].string else { continue }
            if let old = present.removeValue(forKey: key) {
                guard JSONValue.object(old.attributes.json) != line["attributes"] else { continue }
                var edit = line["attributes"]
                edit["lineItemId"] = .string(old.id)
                changed.append(edit)
            } else {
                added.append(Self.newLine(line["attributes"], line["position"]))
            }
        }
        removed += present.values.filter(\.isOurs).map(\.id).sorted().map(JSONValue.string)
        var steps: [(step: JobberDocuments.JobStep, input: JSONValue)] = []
        if !removed.isEmpty { steps.append((.remove, ["lineItemIds": .array(removed)])) }
        if !changed.isEmpty { steps.append((.change, ["lineItems": .array(changed)])) }
        if !added.isEmpty { steps.append((.add, ["lineItems": .array(added)])) }
        return steps
    }

    private static func newLine(_ attributes: JSONValue, _ position: JSONValue) -> JSONValue {
        var line = attributes
        line["saveToProductsAndServices"] = false
        line["sortOrder"] = position
        return line
    }

    /// Takes the answer of every mutation of the document; the first user error is the write's.
    private static func receipt(
        _ data: JSONValue, _ draft: JobberDraft, entity: EntityKind
    ) throws(ConnectorFault) -> WriteReceipt {
        var native: String?
        var modifiedAt: Instant?
        for member in data.object?.members ?? [] {
            if let fault = JobberErrors.fault(userErrors: member.value["userErrors"], entity: entity) { throw fault }
            let object =
                switch draft.operation {
                case .clientCreate, .clientEdit: member.value["client"]
                case .propertyCreate: member.value["properties"][0]
                case .propertyEdit: member.value["property"]
                case .jobCreate, .jobEdit: member.value["job"]
                }
            native = object["id"].string ?? native
            modifiedAt = JobberObject.instant(object["updatedAt"]) ?? modifiedAt
        }
        // No error and no object: nobody knows what became of it.
        guard let native else { throw JobberErrors.unreadable(isSafe: false) }
        return WriteReceipt(
            native: NativeReference(type: draft.operation.type.rawValue, id: native), modifiedAt: modifiedAt)
    }

    private static var gone: ConnectorFault {
        ConnectorFault(
            .notFound, code: "not_found", message: "Jobber does not know the object",
            fix: "the object was deleted there; decide in the review queue what becomes of the record")
    }
}
