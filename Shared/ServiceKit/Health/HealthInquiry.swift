internal import Foundation
internal import VendorHTTP

/// Asks a service that runs on this machine how it is, as a container's health check does.
struct HealthInquiry: Sendable {
    /// What was found out.
    struct Finding: Sendable, Equatable {
        /// Whether the service is as it was asked for.
        var isGood: Bool
        /// That, or what is missing; a line each.
        var text: String
    }

    private struct Report: Decodable {
        struct Check: Decodable {
            var status: String
            var since: String
            var reason: String?
        }

        var status: String
        var service: String?
        var checks: [String: Check]?
    }

    let service: String
    let question: HealthQuestion
    let url: String

    /// Finds the service by its own configuration.
    ///
    /// - Throws: `StartupError` where the port is not known.
    init(_ service: String, _ question: HealthQuestion, at http: HTTPConfiguration) throws(StartupError) {
        self.service = service
        self.question = question
        let port = try Self.port(http)
        url = "http://\(Self.host(http.host)):\(port)/health/\(question.rawValue)"
    }

    /// Asks once.
    ///
    /// - Parameter limit: for the whole answer.
    func ask(within limit: Duration = .seconds(2)) async -> Finding {
        var configuration = CurlTransport.Configuration()
        // It is this machine, or an address of it.
        configuration.allowsPlainHTTP = true
        do {
            let transport = try CurlTransport(configuration: configuration)
            let response = try await transport.send(
                HTTPRequest(.get, url, deadline: limit, maximumResponseBytes: 1 << 20, operation: "health"))
            await transport.shutDown()
            return judge(status: response.status, body: response.body)
        } catch {
            return Finding(isGood: false, text: "\(service) does not answer: \(error)")
        }
    }

    /// Judges an answer.
    func judge(status: Int, body: [UInt8]) -> Finding {
        guard let report = try? JSONDecoder().decode(Report.self, from: Data(body)) else {
            return Finding(isGood: false, text: "what answers at \(url) is no service of Plumbline: status \(status)")
        }
        if let other = report.service, other != service {
            return Finding(isGood: false, text: "what answers at \(url) is \(other), not \(service)")
        }
        let lines = (report.checks ?? [:]).filter { $0.value.status != "passing" }.sorted { $0.key < $1.key }
            .map { name, check in "\(name): \(check.reason ?? check.status), since \(check.since)" }
        return Finding(
            isGood: status == 200, text: (["\(service) is \(report.status)"] + lines).joined(separator: "\n"))
    }

    /// A service that listens everywhere is asked on the loopback.
    private static func host(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::", "[::]": "[::1]"
        default: host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        }
    }

    private static func port(_ http: HTTPConfiguration) throws(StartupError) -> Int {
        if http.port != 0 { return http.port }
        guard let path = http.portFile else {
            throw StartupError(
                "the port is not known: the service takes a free one; set http.port (PLUMBLINE_HTTP_PORT), or http.port.file "
                    + "(PLUMBLINE_HTTP_PORT_FILE), as for the service itself")
        }
        do throws(BoundedFile.Failure) {
            let text = String(decoding: try BoundedFile.read(path, limit: 64), as: UTF8.self).trimmingLineEnds
            guard let port = Int(text), (1...65535).contains(port) else {
                throw BoundedFile.Failure(description: "it holds no port")
            }
            return port
        } catch {
            throw StartupError("cannot read the port from \(path): \(error); does the service run?")
        }
    }
}
