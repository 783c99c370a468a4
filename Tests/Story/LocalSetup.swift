import ArgumentParser

/// Where the three imitated systems are, and the people who work in them.
struct LocalSetup: Sendable {
    let sales: SalesDesk
    let field: FieldOffice
    let books: Bookkeeping
    /// What waits for the office; nil where no database is named.
    let queue: ReviewQueue?

    init(environment: [String: String]) throws {
        func site(_ name: String, _ system: String) throws -> SandboxSite {
            let variable = "PLUMBLINE_SANDBOX_\(name)_URL"
            guard let url = environment[variable], !url.isEmpty else {
                throw ValidationError(
                    "\(variable) is not set; start the set-up with ./deploy/local up, then: . .plumbline/local.env")
            }
            return SandboxSite(system: system, url: url)
        }
        sales = SalesDesk(site: try site("HUBSPOT", "HubSpot"))
        field = FieldOffice(site: try site("JOBBER", "Jobber"))
        books = Bookkeeping(site: try site("QUICKBOOKS", "QuickBooks"))
        queue = ReviewQueue(environment: environment)
    }
}
