import Foundation
import SystemSupport
import Testing

@testable import Faults

@Suite("The crash points of fault runs")
struct CrashCatalogueTests {
    private static let cases = ["a", "b", "c", "d"].map {
        CrashCase(service: .router, point: $0, outcome: .committed)
    }

    @Test("The sequence of pairs has each case behind each other one and behind itself, once")
    func pairs() {
        let sequence = CrashRun.pairs(Self.cases).map(\.point)
        let pairs = zip(sequence, sequence.dropFirst()).map { $0 + $1 }
        #expect(pairs.count == 16)
        #expect(Set(pairs).count == 16)
    }

    @Test("Parts of a sequence cut no pair in two", arguments: [1, 2, 3, 7, 30])
    func parts(count: Int) {
        let whole = CrashRun.pairs(Self.cases)
        let pairs = (1...count).flatMap { number -> [String] in
            let part = CrashRun.part(number, of: count, whole).map(\.point)
            return zip(part, part.dropFirst()).map { $0 + $1 }
        }
        #expect(pairs.sorted() == zip(whole, whole.dropFirst()).map { $0.point + $1.point }.sorted())
    }

    @Test("A write that has left is tried with the vendor having done it and not; a read and what has not left once")
    func outcomes() {
        let points = ["before send update", "after send update", "after send read", "before commit X.y"]
        let cases = CrashCase.all(.crmAdapter, points: points, late: ["update"]).map(\.description)
        #expect(
            cases == [
                "crash crm-adapter: before send update", "crash crm-adapter: after send update",
                "crash crm-adapter: after send update, refused", "crash crm-adapter: after send update, late",
                "crash crm-adapter: after send read", "crash crm-adapter: before commit X.y",
            ])
    }

    @Test("Every transaction of a service is in the catalogue, or left out for a reason")
    func complete() throws {
        let known = CrashCatalogue.steps.values.flatMap(\.self) + CrashCatalogue.spared.values.flatMap(\.keys)
        let listed = Set(known.filter { $0.hasPrefix("commit ") }.map { String($0.dropFirst(7)) })
            .union(CrashCatalogue.unreached.keys)
        let found = try Self.transactions()
        #expect(found.count > 20)
        #expect(found.subtracting(listed) == [])
        #expect(listed.subtracting(found) == [])
    }

    /// File and function of each transaction in what services are made of.
    private static func transactions() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let function = /func (\w+)/
        var found: Set<String> = []
        for folder in ["Shared/AdapterKit", "Shared/ServiceKit", "Shared/SyncStore", "Services"] {
            let files = FileManager.default.enumerator(
                at: root.appending(path: folder), includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                var name = ""
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                    if let match = line.firstMatch(of: function) { name = String(match.output.1) }
                    guard line.contains("withTransaction"), !line.contains("///") else { continue }
                    found.insert("\(file.deletingPathExtension().lastPathComponent).\(name)")
                }
            }
        }
        return found
    }
}
