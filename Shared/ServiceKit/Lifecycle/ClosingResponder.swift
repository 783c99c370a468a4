internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1

/// Tells whoever asks for the connection to be closed that it is.
///
/// The server ends such a connection without a word. A client that is not told sends its next request on it, and loses it
/// where our end of the connection has not arrived yet.
struct ClosingResponder<Wrapped: HTTPResponder>: HTTPResponder where Wrapped.Context: RequestContext {
    let wrapped: Wrapped

    func respond(to request: Request, context: Wrapped.Context) async throws -> Response {
        // The very test by which the server closes.
        guard request.headers[.connection] == "close" else {
            return try await wrapped.respond(to: request, context: context)
        }
        var response: Response
        do {
            response = try await wrapped.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            context.logger.debug("A request failed", metadata: ["error": "\(error)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.connection] = "close"
        return response
    }
}
