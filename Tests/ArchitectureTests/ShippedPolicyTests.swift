import SyncPolicy
import Testing

@Suite("The shipped policy")
struct ShippedPolicyTests {
    @Test("loads without a fault")
    func loads() throws {
        let yaml = try SourceTree.file("deploy/policy/source-of-truth.yaml").text
        do {
            _ = try PolicyDocument(yaml: yaml)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("would fail with a fault in it")
    func faulty() throws {
        let yaml = try SourceTree.file("deploy/policy/source-of-truth.yaml").text
        #expect(throws: PolicyFaults.self) { try PolicyDocument(yaml: yaml + "\nnonsense: true\n") }
    }
}
