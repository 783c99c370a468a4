@testable import Story

extension FieldOffice {
    /// Somebody in field service gives a client's main contact another first name.
    func rename(_ client: String, firstName: String, by user: String) async throws {
        try await edit(client, ["firstName": .string(firstName)], user)
    }
}
