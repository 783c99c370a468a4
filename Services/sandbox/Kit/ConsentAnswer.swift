import Foundation

/// How a consent page sends the person's browser back to the app.
public enum ConsentAnswer {
    /// The person agrees: back with a code, and what else the vendor tells.
    public static func agreed(
        _ request: SandboxRequest, redirect: String, code: String, more: [(String, String)] = []
    ) -> SandboxResponse {
        back(request, redirect, [("code", code)] + more)
    }

    /// The person does not agree, if the address says so by `sandbox_answer=deny`; nil otherwise.
    public static func denied(_ request: SandboxRequest, redirect: String) -> SandboxResponse? {
        guard request.query("sandbox_answer") == "deny" else { return nil }
        return back(
            request, redirect,
            [("error", "access_denied"), ("error_description", "The user did not agree")])
    }

    private static func back(
        _ request: SandboxRequest, _ redirect: String, _ parameters: [(String, String)]
    ) -> SandboxResponse {
        let state = request.query("state").map { [("state", $0)] } ?? []
        var parts = URLComponents(string: redirect)
        let items = parts?.queryItems ?? []
        parts?.queryItems = items + (parameters + state).map { URLQueryItem(name: $0.0, value: $0.1) }
        return SandboxResponse(status: 302, headers: [("Location", parts?.string ?? redirect)])
    }
}
