import SandboxGraphQL

extension JobberWriting {
    /// Line items from their input; a line that names a product takes over what it does not say itself.
    func newLines(_ inputs: [GraphQLObject], _ kind: String, visitID: String? = nil) -> [GraphQLObject] {
        inputs.enumerated().map { position, input in
            var line: GraphQLObject = ["id": store.nextID("\(kind)LineItem")]
            line.copy(
                [
                    "name", "description", "category", "taxable", "unitCost", "unitPrice", "quantity", "optional",
                    "recommended", "textOnly", "sortOrder", "productOrServiceId", "quoteLineItemId",
                ], from: input)
            if let product = product(for: line) {
                line["productOrServiceId"] = .string(product.id)
                line.fill("unitPrice", product["defaultUnitCost"] ?? 0)
                line.fill("unitCost", product["internalUnitCost"] ?? .null)
                line.fill("category", product["category"] ?? "SERVICE")
                line.fill("description", product["description"] ?? "")
            }
            if let visitID { line["visitId"] = .string(visitID) }
            line = Self.filledLine(line, position: position, at: nowValue)
            if input.flag("saveToProductsAndServices") == true, line.text("productOrServiceId") == nil {
                line["productOrServiceId"] = .string(saveProduct(line).id)
            }
            return line
        }
    }

    /// The fields that every line has.
    static func filledLine(_ line: GraphQLObject, position: Int, at now: GraphQLValue) -> GraphQLObject {
        var line = line
        line.fill("description", "")
        line.fill("category", "SERVICE")
        line.fill("quantity", 1)
        line.fill("unitPrice", 0)
        for name in ["optional", "textOnly"] { line.fill(name, false) }
        line.fill("taxable", true)
        line.fill("sortOrder", .int(position))
        line.fill("createdAt", now)
        line["updatedAt"] = now
        return line
    }

    /// Refuses lines without a name, or with a product that does not exist.
    func checkLines(_ lines: [GraphQLObject]) throws(JobberUserErrors) {
        for line in lines {
            if line["name"] != nil, (line.text("name") ?? "").isEmpty {
                throw JobberUserErrors("Name can't be blank", "lineItems", "name")
            }
            try checkReferences(line, [("productOrServiceId", "ProductOrService")])
        }
    }

    /// The lines after edits by `lineItemId`.
    func editedLines(
        _ lines: [GraphQLObject], _ edits: [GraphQLObject]
    ) throws(JobberUserErrors) -> (all: [GraphQLObject], changed: [GraphQLObject]) {
        try checkLines(edits)
        var lines = lines
        var changed: [GraphQLObject] = []
        for edit in edits {
            guard let position = lines.firstIndex(where: { $0["id"] == edit["lineItemId"] }) else {
                throw JobberUserErrors("Line item not found", "lineItems", "lineItemId")
            }
            lines[position].copy(
                [
                    "name", "description", "category", "taxable", "unitCost", "unitPrice", "quantity", "optional",
                    "recommended", "sortOrder", "productOrServiceId",
                ], from: edit)
            lines[position]["updatedAt"] = nowValue
            changed.append(lines[position])
        }
        return (lines, changed)
    }

    /// The lines without those of the ids.
    func removedLines(
        _ lines: [GraphQLObject], _ ids: [String]
    ) throws(JobberUserErrors) -> (all: [GraphQLObject], removed: [GraphQLObject]) {
        for id in ids where !lines.contains(where: { $0.text("id") == id }) {
            throw JobberUserErrors("Line item not found", "lineItemIds")
        }
        return (
            lines.filter { !ids.contains($0.text("id") ?? "") }, lines.filter { ids.contains($0.text("id") ?? "") }
        )
    }

    private func product(for line: GraphQLObject) -> JobberRecord? {
        if let id = line.text("productOrServiceId") { return store.record(id, in: "ProductOrService") }
        return store.all("ProductOrService").first { $0["name"] == line["name"] }
    }

    private func saveProduct(_ line: GraphQLObject) -> JobberRecord {
        let product = create(
            "ProductOrService",
            Self.filledProduct([
                "name": line["name"] ?? "", "description": line["description"] ?? .null,
                "category": line["category"] ?? "SERVICE", "defaultUnitCost": line["unitPrice"] ?? 0,
                "internalUnitCost": line["unitCost"] ?? .null, "taxable": line["taxable"] ?? true,
            ]))
        announce("PRODUCT_OR_SERVICE_CREATE", product)
        return product
    }
}
