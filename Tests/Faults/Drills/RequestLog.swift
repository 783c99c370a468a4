import SandboxKit
import SandboxSupport

/// Reads the requests that a vendor has got while they are written down, since it forgets what is old.
actor RequestLog {
    /// One request of the API.
    struct Entry: Sendable {
        /// The name of a GraphQL operation, or method and path without ids.
        let kind: String
        /// The computer's clock at its end, in nanoseconds since 1970.
        let time: Int
        /// What was done to it on purpose.
        let faults: [String]
    }

    private let client: SandboxClient
    private var sequence = 0
    private(set) var entries: [Entry] = []

    init(client: SandboxClient) {
        self.client = client
    }

    /// Reads on to the end of what there is.
    func read() async throws {
        while true {
            let answer = try await client.control("GET", "history?kind=request&since=\(sequence)&limit=2000")
            let page = answer["entries"]?.arrayValue ?? []
            for entry in page {
                // Another reader may have come first while this one waited.
                guard let number = entry["sequence"]?.intValue, number > sequence else { continue }
                sequence = number
                entries.append(
                    Entry(
                        kind: Self.kind(of: entry), time: entry["wallNanoseconds"]?.intValue ?? 0,
                        faults: entry["faults"]?.arrayValue?.compactMap(\.stringValue) ?? []))
            }
            if page.count < 2000 { return }
        }
    }

    /// The requests from one time to another, the most frequent kinds first.
    func kinds(from start: Int = 0, to end: Int = .max) -> [(kind: String, count: Int)] {
        let chosen = entries.filter { start <= $0.time && $0.time < end }
        return Dictionary(grouping: chosen, by: \.kind).map { ($0.key, $0.value.count) }
            .sorted { ($0.count, $1.kind) > ($1.count, $0.kind) }
    }

    /// How often something was done on purpose to a request.
    func strikes(_ fault: String) -> Int { entries.count { $0.faults.contains(fault) } }

    private static func kind(of entry: JSON) -> String {
        // The sandbox tells the fields of a GraphQL operation; its name stands at the beginning of the body.
        let body = (entry["body"]?.stringValue ?? "").prefix(200)
        if let match = body.firstMatch(of: #/"query": ?"(?:query|mutation) (\w+)/#) { return String(match.1) }
        let path = (entry["target"]?.stringValue ?? "").prefix { $0 != "?" }
        let words = path.split(separator: "/").map { (word: Substring) -> String in
            word.count > 3 && word.contains(where: \.isNumber) ? "*" : String(word)
        }
        return "\(entry["method"]?.stringValue ?? "") /" + words.joined(separator: "/")
    }
}
