import SandboxKit
import Synchronization

/// One request to a company, with who sent it.
struct CompanyCall: Sendable {
    let request: SandboxRequest
    let realm: String
    /// The path after the realm.
    let path: [String]
    let token: SandboxToken
    let stage: SandboxStage

    init(_ request: SandboxRequest, stage: SandboxStage) throws(QuickBooksFault) {
        self.request = request
        self.stage = stage
        guard request.segments.count >= 4, request.segments[1] == "company" else {
            throw QuickBooksFault(
                "500", "Unsupported Operation", "No such path: \(request.path)", type: "SystemFault", status: 404)
        }
        realm = request.segments[2]
        path = Array(request.segments.dropFirst(3))
        guard let value = request.bearerToken else { throw .expiredToken("no bearer token") }
        switch stage.tokens.check(value, kind: .access, now: stage.clock.now()) {
        case .valid(let token):
            self.token = token
            request.trace.actor = .token(token.client)
        case .expired: throw .expiredToken("Token expired")
        case .revoked: throw .revoked
        case .unknown: throw .expiredToken("Token unknown")
        }
        guard token.account == realm, token.scopes.contains(QuickBooksApp.accountingScope) else { throw .revoked }
    }

    var context: WriteContext {
        WriteContext(
            actor: .token(token.client), requestID: request.id, now: stage.clock.now(), notifies: true, stage: stage)
    }

    /// The body, which must be a JSON object.
    func object() throws(QuickBooksFault) -> JSONObject {
        guard request.header("content-type")?.contains("json") ?? false else {
            throw QuickBooksFault(
                "2060", "Unsupported content type", "The content type must be application/json", status: 415)
        }
        do {
            guard let object = try request.json().objectValue else { throw JSONSyntaxProblem.notAnObject }
            return object
        } catch {
            throw QuickBooksFault(
                "2010", "Request has invalid or unsupported property", "The body is no JSON object: \(error)")
        }
    }

    private enum JSONSyntaxProblem: Error { case notAnObject }
}
