import SandboxKit
import SystemSupport

/// Renames at a slow, even pace that go from the CRM to the ledger, while the field service is away or not.
actor LiveTraffic {
    static let perSecond = 5.0

    private let customers: LinkedCustomers
    private var next: Int

    /// - Parameter first: the number of its first rename; those before it were made by others.
    init(_ customers: LinkedCustomers, from first: Int) {
        self.customers = customers
        next = first
    }

    /// Renames until it is cancelled.
    func run() async {
        let start = ContinuousClock.now
        let first = next
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let due = start + .microseconds(Int64(Double(next - first) * 1_000_000 / Self.perSecond))
                if due > .now { try? await Task.sleep(until: due, tolerance: .zero) }
                guard !Task.isCancelled else { return }
                let number = next
                next += 1
                group.addTask { try? await self.customers.rename(number..<number + 1) }
            }
        }
    }

    /// From the commit in the CRM to that in the ledger, in milliseconds, of the renames of a time.
    ///
    /// - Returns: the times, and how many renames have not arrived.
    func latencies(
        in changes: [NativeChange], from start: Int, to end: Int
    ) -> (milliseconds: [Double], missing: Int) {
        var arrivals: [String: Int] = [:]
        for change in changes {
            if let name = customers.name(in: change), arrivals[name] == nil { arrivals[name] = change.time }
        }
        let companies = Set(customers.companies)
        var latencies: [Double] = []
        var missing = 0
        for change in changes
        where change.system == .crm && companies.contains(change.id) && start <= change.time && change.time < end {
            guard !change.isOurs, let name = change.fields["name"]?.stringValue, change.operation == "update" else {
                continue
            }
            if let arrival = arrivals[name] {
                latencies.append(Double(arrival - change.time) / 1e6)
            } else {
                missing += 1
            }
        }
        return (latencies, missing)
    }

    /// The value that 99 of 100 do not exceed; 0 where there are none.
    static func p99(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(Int((0.99 * Double(sorted.count)).rounded(.up)), sorted.count) - 1]
    }
}
