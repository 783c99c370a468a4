import SandboxKit
import SandboxSupport
import SystemSupport

/// What adapters have written at the imitated vendors, read while it is written, since they forget what is old.
actor EffectLog {
    /// An object of a vendor.
    struct Address: Hashable, Sendable {
        var vendor: String
        var type: String
        var id: String
    }

    private let system: RunningSystem
    private var sequence = 0
    private var requests: [Address: Set<Int>] = [:]
    private var times: [String: Int] = [:]
    private var invoices: [String: Int] = [:]
    private var batchSequence = 0
    /// How many batches went to the ledger: there each counts for twelve calls.
    private(set) var ledgerBatches = 0
    private var reader: Task<Void, any Error>?

    init(system: RunningSystem) {
        self.system = system
    }

    /// Forgets what has been so far, and reads on until `end`.
    func begin() async throws {
        try await system.hubspot.control("DELETE", "history")
        reader = Task {
            // The one place that looks at intervals: the vendors do not call whoever reads their history.
            while !Task.isCancelled {
                try await read()
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Reads the rest.
    func end() async throws {
        reader?.cancel()
        _ = try? await reader?.value
        try await read()
    }

    /// How many requests of ours have changed an object.
    func writes(_ vendor: String, _ type: String, _ id: String) -> Int {
        requests[Address(vendor: vendor, type: type, id: id)]?.count ?? 0
    }

    /// How many invoices were created with these words.
    func invoices(_ memo: String) -> Int { invoices[memo] ?? 0 }

    /// When a name was committed at a vendor, in nanoseconds of the computer's clock.
    func time(of name: String, at vendor: String) -> Int? { times["\(vendor)/\(name)"] }

    private func read() async throws {
        try await readBatches()
        while true {
            let answer = try await system.hubspot.control(
                "GET", "history?kind=change&vendor=*&since=\(sequence)&limit=2000")
            let page = answer["entries"]?.arrayValue ?? []
            for entry in page {
                // Another reader may have come first while this one waited.
                guard let number = entry["sequence"]?.intValue, number > sequence else { continue }
                sequence = number
                take(entry)
            }
            if page.count < 2000 { return }
        }
    }

    private func readBatches() async throws {
        // One sequence counts changes and requests: what was before a change that is known was there at the last read.
        // Where no batch comes for long, the vendor would else look through all requests since, and hold up others.
        let known = sequence
        defer { batchSequence = max(batchSequence, known) }
        let answer = try await system.quickbooks.control(
            "GET", "history?kind=request&target=/batch&since=\(batchSequence)&limit=1000")
        for entry in answer["entries"]?.arrayValue ?? [] {
            guard let number = entry["sequence"]?.intValue, number > batchSequence else { continue }
            batchSequence = number
            ledgerBatches += 1
        }
    }

    private func take(_ entry: JSON) {
        guard let vendor = entry["vendor"]?.stringValue, let type = entry["type"]?.stringValue,
            let id = entry["id"]?.stringValue
        else { return }
        let nanoseconds = entry["wallNanoseconds"]?.intValue ?? 0
        for field in ["name", "companyName", "DisplayName"] {
            guard let name = entry["fields"]?[field]?["new"]?.stringValue else { continue }
            times["\(vendor)/\(name)", default: nanoseconds] = min(
                times["\(vendor)/\(name)"] ?? nanoseconds, nanoseconds)
        }
        guard entry["actor"]?.stringValue?.hasPrefix("token:") == true else { return }
        requests[Address(vendor: vendor, type: type, id: id), default: []].insert(entry["requestId"]?.intValue ?? -1)
        if type == "Invoice", entry["operation"]?.stringValue == "create",
            let memo = entry["fields"]?["CustomerMemo"]?["new"]?["value"]?.stringValue
        {
            invoices[memo, default: 0] += 1
        }
    }
}
