import SandboxKit
import SandboxSupport

/// When a property of an imitated vendor's records got its values.
actor ChangeHistory {
    private let client: SandboxClient
    private let type: String
    private let property: String
    private var times: [String: Int] = [:]
    private var sequence = 0

    init(client: SandboxClient, type: String, property: String) {
        self.client = client
        self.type = type
        self.property = property
    }

    /// The time of each value's commit so far, in nanoseconds of the computer's clock.
    ///
    /// - Throws: when a value was written a second time.
    func read() async throws -> [String: Int] {
        while true {
            let answer = try await client.control(
                "GET", "history?kind=change&type=\(type)&since=\(sequence)&limit=1000")
            let page = answer["entries"]?.arrayValue ?? []
            for change in page {
                sequence = max(sequence, change["sequence"]?.intValue ?? 0)
                guard let value = change["fields"]?[property]?["new"]?.stringValue,
                    let time = change["wallNanoseconds"]?.intValue
                else { continue }
                guard times.updateValue(time, forKey: value) == nil else {
                    throw BenchFailure("'\(value)' was written twice")
                }
            }
            if page.count < 1000 { return times }
        }
    }
}
