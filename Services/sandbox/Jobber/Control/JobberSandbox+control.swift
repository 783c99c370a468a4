import Foundation
import SandboxGraphQL
public import SandboxKit
import Synchronization

// What the control API does; the documentation of its bodies stands at each method.
extension JobberSandbox {
    /// Issues tokens without the consent page.
    ///
    /// `{"client"?, "user"? (id of a user: the token then acts as that person), "expiresInSeconds"?}` answers
    /// `{"accessToken", "refreshToken", "clientId", "clientSecret", "accountId"}`.
    public func issueToken(_ body: JSON) throws -> JSON {
        let client = try body.optionalString("client") ?? JobberAccount.firstApp
        guard let app = app(client) else { throw SandboxControlError("there is no app \(client)") }
        let user = try body.optionalString("user")
        if let user, state.withLock({ $0.store.record(user, in: "User") == nil }) {
            throw SandboxControlError("there is no user \(user)")
        }
        let now = stage.clock.now()
        let seconds = try body.optionalInt("expiresInSeconds")
        let lifetime = seconds.map { Int64($0) * 1000 } ?? Self.accessTokenMilliseconds
        let tokens = makeTokens(app: client, userID: user ?? ownerID, isPerson: user != nil, now, lifetime: lifetime)
        return [
            "accessToken": .string(tokens.access), "refreshToken": .string(tokens.refresh),
            "clientId": .string(client), "clientSecret": .string(app.clientSecret), "accountId": .string(account),
        ]
    }

    /// Subscribes an address for an app: `{"url", "client"?, "topics"? (all when absent)}`.
    public func subscribe(_ body: JSON) throws -> JSON {
        let url = try body.requiredString("url")
        let client = try body.optionalString("client") ?? JobberAccount.firstApp
        guard app(client) != nil else { throw SandboxControlError("there is no app \(client)") }
        guard case .enumeration(let known)? = schema.types["WebHookTopicEnum"] else { return [:] }
        let wanted = try body.list("topics").compactMap(\.stringValue)
        for topic in wanted where known.values[topic] == nil { throw SandboxControlError("there is no topic \(topic)") }
        let topics = wanted.isEmpty ? known.values.map(\.name) : wanted
        let ids = change(as: JobberViewer(app: client, userID: nil, actor: .system)) { writing in
            topics.map { writing.subscribe($0, url).id }
        }
        return ["topics": .int(ids.count), "endpoints": .array(ids.map { .string($0) })]
    }

    /// The stored fields of records, with their ids; a type is named as in its ids and in the history.
    public func records(type: String, id: String?, limit: Int, offset: Int) -> JSON? {
        state.withLock { state in
            func json(_ record: JobberRecord) -> JSON {
                var fields: JSONObject = ["id": .string(record.id), "type": .string(record.typeName)]
                for (key, value) in record.fields { fields[key] = value.historyJSON }
                return .object(fields)
            }
            if let id { return state.store.record(id, in: type).map(json) }
            guard Self.recordTypes.contains(type) else { return nil }
            return .array(state.store.all(type).dropFirst(max(0, offset)).prefix(max(0, limit)).map(json))
        }
    }

    /// The number of live records of each type.
    public func counts() -> [String: Int] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: Self.recordTypes.map { ($0, state.store.count($0)) })
        }
    }

    /// The app, and what it needs to connect.
    public func describeSettings() -> JSONObject {
        state.withLock { state in
            [
                "account": .string(state.store.account.name), "timezone": .string(state.store.account.timezone),
                "apps": .array(
                    state.store.account.apps.values.sorted { $0.clientID < $1.clientID }.map {
                        ["clientId": .string($0.clientID), "clientSecret": .string($0.clientSecret)]
                    }),
            ]
        }
    }

    /// Changes `timezone`, and the name of the `account`.
    public func applySettings(_ body: JSON) throws {
        let zone = try body.optionalString("timezone")
        if let zone, TimeZone(identifier: zone) == nil { throw SandboxControlError("there is no time zone \(zone)") }
        let name = try body.optionalString("account")
        state.withLock { state in
            if let zone { state.store.account.timezone = zone }
            if let name { state.store.account.name = name }
        }
    }

    /// The kinds of record, as ids, history and control API name them.
    static let recordTypes = [
        "Client", "Contact", "Property", "Request", "Assessment", "Quote", "Job", "Visit", "Invoice", "PaymentRecord",
        "TimeSheetEntry", "Expense", "ProductOrService", "TaxRate", "User", "Vehicle", "Event", "PayoutRecord",
        "CustomFieldConfiguration", "WebhookEndpoint", "ClientNote", "JobNote", "QuoteNote", "RequestNote",
        "InvoiceNote",
    ]
}
