internal import Glibc

/// A server that tests need, named by the environment.
struct IntegrationServer {
    let variable: String

    static let database = IntegrationServer(variable: "PLUMBLINE_TEST_DATABASE_URL")
    static let broker = IntegrationServer(variable: "PLUMBLINE_TEST_AMQP_URL")

    var url: String? {
        guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return text
    }
}
