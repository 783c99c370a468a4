import SystemSupport

/// What the histories say of an outage.
struct OutageJudgement {
    let customers: LinkedCustomers
    /// The numbers of the changes that came while the field service was away.
    let last: Range<Int>
    let live: LiveTraffic
    let times: OutageTimes
    let limit: Int

    /// The longest time from one probe of an open circuit to the next.
    private static let circuitCeiling = 15.0

    /// The newest name of each object of the field service, by its id.
    static func newest(_ customers: LinkedCustomers, _ numbers: Range<Int>) -> [String: String] {
        var newest: [String: String] = [:]
        for number in numbers { newest[customers.targets[number % customers.targets.count]] = customers.name(number) }
        return newest
    }

    func judge(
        _ settling: Settling, _ memoryBefore: [SystemService: Double], _ memoryAfter: [SystemService: Double],
        _ report: inout DrillReport
    ) async throws {
        let changes = await settling.chronicle.changes
        judgeWrites(changes, &report)
        report.expect("dead letters at any time", Double(try await settling.deadLetters()), atMost: 0)
        await judgeDrain(settling.requests[0], changes, &report)
        await judgeLive(changes, &report)
        for (service, after) in memoryAfter.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard let before = memoryBefore[service] else { continue }
            report.note("\(service): memory before", before, "MB")
            report.expect("\(service): memory during the outage and the drain", after, atMost: before * 1.5, "MB")
        }
    }

    /// Only the newest state of each record is sent.
    private func judgeWrites(_ changes: [NativeChange], _ report: inout DrillReport) {
        let wanted = Self.newest(customers, last)
        var names: [String: [String]] = [:]
        for change in changes where change.time >= times.begin {
            if let name = customers.name(in: change) { names[change.id, default: []].append(name) }
        }
        let right = wanted.count { names[$0.key]?.last == $0.value }
        let older = names.reduce(0) { sum, object in sum + object.value.count { $0 != wanted[object.key] } }
        let again = names.reduce(0) { sum, object in sum + max(object.value.count { $0 == wanted[object.key] } - 1, 0) }
        report.expect("records with their newest name", Double(right), atLeast: Double(wanted.count))
        report.expect("older names that were sent", Double(older), atMost: 0)
        report.expect("newest names that were written again", Double(again), atMost: 0)
    }

    private func judgeDrain(_ log: RequestLog, _ changes: [NativeChange], _ report: inout DrillReport) async {
        let writes = changes.filter { $0.time >= times.end && customers.name(in: $0) != nil }.map(\.time)
        guard let begin = writes.first, let end = writes.last else { return }
        let seconds = Double(end - begin) / 1e9
        let kinds = await log.kinds(from: begin, to: end + 1)
        let requests = kinds.reduce(0) { $0 + $1.count }
        let allowed = Double(requests) / Double(limit)
        let needed = Double(Self.newest(customers, last).count) / Double(limit)
        report.note("the field service was away", Double(times.end - times.begin) / 1e9, "s")
        report.expect(
            "until the adapter had resumed by itself", Double(begin - times.end) / 1e9, atMost: Self.circuitCeiling, "s"
        )
        report.note("drain", seconds, "s")
        report.note("requests during the drain", Double(requests))
        report.note("requests a second during the drain", Double(requests) / max(seconds, 0.001), "/s")
        report.note("drain, if all of its requests came at the limit", allowed, "s")
        report.note("the writes alone, at the limit", needed, "s")
        let whole = Double(end - times.end) / 1e9
        report.expect(
            "from when the field service was back to the last write, against the writes alone", whole / needed,
            atMost: 1.2, "×", isPace: true)
        report.remarks.append(
            "the drain is from the first write after the outage to the last one of a newest name; requests in it: "
                + kinds.prefix(10).map { "\($0.count) \($0.kind)" }.joined(separator: ", "))
    }

    private func judgeLive(_ changes: [NativeChange], _ report: inout DrillReport) async {
        let calm = await live.latencies(in: changes, from: times.calm, to: times.begin)
        let away = await live.latencies(in: changes, from: times.begin, to: times.end)
        let drain = await live.latencies(in: changes, from: times.end, to: times.drained)
        let after = await live.latencies(in: changes, from: times.drained, to: times.after)
        let base = LiveTraffic.p99(calm.milliseconds)
        report.note("live traffic before: p99", base, "ms")
        for (title, part) in [("during the outage", away), ("during the drain", drain)] {
            report.note("live traffic \(title)", Double(part.milliseconds.count), "renames")
            report.expect(
                "live traffic \(title): p99", LiveTraffic.p99(part.milliseconds), atMost: 2 * base, "ms", isPace: true)
        }
        report.note("live traffic after: p99", LiveTraffic.p99(after.milliseconds), "ms")
        let missing = calm.missing + away.missing + drain.missing + after.missing
        report.expect("live traffic: renames that did not arrive", Double(missing), atMost: 0)
    }
}
