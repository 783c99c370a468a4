import Testing

@testable import ServiceKit

@Suite("What may be shown of a secret")
struct RedactionTests {
    @Test(
        "is a URL without its password and its query",
        arguments: [
            ("postgresql://app:secret@db:5432/x?sslmode=require", "postgresql://app:***@db:5432/x"),
            ("postgresql://app:se@cr/et@db/x", "postgresql://app:***@db/x"),
            ("amqp://mq:5672/", "amqp://mq:5672/"),
            ("amqps://token@mq/", "amqps://token:***@mq/"),
            ("host=db password=secret", "***"),
            ("https://a.b/?key=secret#secret", "https://a.b/"),
        ])
    func url(url: String, shown: String) {
        #expect(RedactedURL(url).description == shown)
    }

    @Test("is nothing of a wrapped secret, however it is printed")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped) \([secret])".contains("hunter2"))
        #expect(secret.reveal() == "hunter2")
    }
}
