import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Webhooks at a fixed rate, whether or not earlier ones are answered: a late answer delays nobody else's send.
struct PacedWebhooks {
    let letters: WebhookLetters

    /// Sends them.
    ///
    /// - Returns: for each that was answered with 2xx, the milliseconds from when it was due to its answer.
    func run(_ url: String, count: Int, perSecond: Int) async throws -> [Double] {
        let letters = letters.make(count)
        var configuration = HTTPClient.Configuration()
        // Eight by default: then requests would wait for each other here as soon as answers take eight milliseconds.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        let client = HTTPClient(configuration: configuration)
        do {
            let latencies = try await latencies(letters, url, perSecond: perSecond, client: client)
            try await client.shutdown()
            return latencies
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func latencies(
        _ letters: [WebhookLetters.Letter], _ url: String, perSecond: Int, client: HTTPClient
    ) async throws -> [Double] {
        try await Pace(perSecond: perSecond).run(letters.count) { number, due -> Double? in
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.headers.add(name: "x-jobber-hmac-sha256", value: letters[number].signature)
            request.body = .bytes(ByteBuffer(string: letters[number].body))
            let response = try await client.execute(request, timeout: .seconds(30))
            guard (200..<300).contains(response.status.code) else { return nil }
            return (ContinuousClock.now - due).inMilliseconds
        }.compactMap(\.self)
    }
}
