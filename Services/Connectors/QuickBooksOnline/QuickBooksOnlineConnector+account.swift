import CanonicalModel
public import ConnectorKit
import SyncCore

extension QuickBooksOnlineConnector {
    /// Makes sure that the company answers and is the one that the connection means.
    ///
    /// Nothing is created: webhooks are set up once for the app at Intuit, custom fields of sales forms by a person.
    public func prepareAccount(
        webhookURL: String?, session: any VendorSession
    ) async throws(ConnectorFault) {
        let answer = try await api.get("companyinfo/\(api.realm)", session: session)
        guard answer["CompanyInfo"].object != nil else { throw QuickBooksOnlineErrors.unreadable(isSafe: true) }
        let preferences = try await api.get("preferences", session: session)["Preferences"]
        let home = preferences["CurrencyPrefs"]["HomeCurrency"]["value"].string
        guard let home, home != declaration.currency.code else { return }
        throw ConnectorFault(
            .validation, code: "home_currency",
            message: "the company keeps its books in \(home), the connection says \(declaration.currency)",
            fix: "set currency of the connection \(declaration.id) to \(home)")
    }

    /// The realm that the person has chosen, which comes back with the code.
    ///
    /// Tokens open one company: where the address was tampered with, the next call for the realm is refused.
    public func account(
        consentedIn callback: [String: String], session: any VendorSession
    ) async throws(ConnectorFault) -> String? {
        callback["realmId"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
