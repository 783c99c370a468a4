import Testing

@testable import ServiceKit

@Suite("A secret")
struct SecretTests {
    @Test("is not shown, however it is printed")
    func hidden() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped) \([secret])".contains("hunter2"))
        #expect(secret.reveal() == "hunter2")
    }
}
