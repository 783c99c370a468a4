/// The records of a sale in the CRM.
struct Lead: Sendable {
    let company: String
    let contact: String
    let deal: String
}
