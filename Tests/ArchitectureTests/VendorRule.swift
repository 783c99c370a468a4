/// Keeps vendors' names out of everything that is not about one vendor.
enum VendorRule {
    /// Folders that every vendor shares.
    static let folders = [
        "Services/router", "Services/reconciler", "Shared/CanonicalModel", "Shared/Messaging", "Shared/RabbitMQ",
        "Shared/ServiceKit", "Shared/SyncCore", "Shared/SyncPolicy", "Shared/SyncStore",
    ]

    private static let names = [
        "hubspot", "jobber", "quickbooks", "intuit", "salesforce", "servicetitan", "housecall", "netsuite", "xero ",
        "odoo",
    ]

    static func violations(in files: [SourceFile]) -> [Violation] {
        files.flatMap { file -> [Violation] in
            let text = file.text.lowercased()
            guard names.contains(where: text.contains) else { return [] }
            return file.lines.enumerated().compactMap { index, line in
                // "intuition" is no vendor.
                let line = line.lowercased().replacing("intuiti", with: "")
                guard let name = names.first(where: line.contains) else { return nil }
                return Violation(file, line: index + 1, "names a vendor: \(name)")
            }
        }
    }
}
