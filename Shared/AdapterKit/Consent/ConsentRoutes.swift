import CanonicalModel
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore

/// `GET /oauth/<connection>`: where vendors send a person's browser back to, with a code and the state of a consent.
///
/// Neither is ever logged.
struct ConsentRoutes: Sendable {
    /// A connection for which somebody can consent.
    struct Desk: Sendable {
        /// The vendor's name as people write it.
        var title: String
        /// Settles a call-back.
        var answer: @Sendable (ConsentCallback) async -> ConsentResult
    }

    let desks: [String: Desk]
    let logger: Logger

    func add(to router: Router<BasicRequestContext>) {
        router.get("/oauth/:connection") { request, context in
            await answer(query: request.uri.query, connection: context.parameters.get("connection") ?? "")
        }
    }

    private func answer(query: String?, connection: String) async -> Response {
        let id = ConnectionID(String(connection.prefix(40)))
        guard let desk = desks[connection] else {
            count("unknown_connection", nil)
            return Self.response(ConsentPage(connection: id, title: "", result: .unexpected))
        }
        let result: ConsentResult =
            if let callback = ConsentCallback(query: query) { await desk.answer(callback) } else { .malformed }
        count(result.word, connection)
        logger.info(
            "A browser came back from a vendor",
            metadata: ["connection": "\(connection)", "outcome": "\(result.word)"])
        return Self.response(ConsentPage(connection: id, title: desk.title, result: result))
    }

    private func count(_ outcome: String, _ connection: String?) {
        let dimensions = [("outcome", outcome)] + (connection.map { [("connection", $0)] } ?? [])
        Counter(label: "consents_total", dimensions: dimensions).increment()
    }

    private static func response(_ page: ConsentPage) -> Response {
        var headers = HTTPFields()
        for (name, value) in ConsentPage.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: page.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: page.html)))
    }
}
