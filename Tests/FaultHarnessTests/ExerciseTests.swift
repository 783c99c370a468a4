import Foundation
import Testing

@testable import Faults

@Suite("The exercise of containers")
struct ExerciseTests {
    private func part(_ step: String, letters: Double = 0, failure: String? = nil) -> ExerciseReport.Part {
        var figures = DrillReport(drill: step, seed: 3)
        figures.expect("letters left", letters, atMost: 0)
        return .init(step: step, seconds: 12, figures: figures, failure: failure)
    }

    private func report(_ parts: ExerciseReport.Part..., judged: Bool = true, lost: Int = 0) -> ExerciseReport {
        var report = ExerciseReport(seed: 3, oldVersion: "1", newVersion: "2")
        for part in parts { report.take(part) }
        if judged {
            var judgement = FaultReport(seed: 3, profile: "containers", minutes: 1)
            judgement.lost = lost
            report.judgement = judgement
        }
        return report
    }

    @Test("It is good when every step is, and nothing was lost; and it is not before it was judged")
    func good() {
        #expect(report(part("scale")).isGood)
        #expect(!report(part("scale"), lost: 1).isGood)
        #expect(!report(part("scale"), judged: false).isGood)
        #expect(!report(part("scale"), part("refusals", letters: 2)).isGood)
        #expect(!report(part("scale", failure: "not within 120 seconds: healthy")).isGood)
    }

    @Test("Its table names each step, what was missed, and what failed")
    func table() {
        let text = report(
            part("scale"), part("refusals", letters: 2), part("upgrade", failure: "`docker-compose up` ended with 1")
        ).text
        #expect(text.hasPrefix("images 1, then 2\nscale         12 s  good\n"))
        #expect(text.contains("refusals      12 s  1 MISSED\n    letters left: 2 (at most 0)"))
        #expect(text.contains("upgrade       12 s  FAILED\n"))
        #expect(text.contains("    `docker-compose up` ended with 1"))
    }

    @Test("Its evidence is read as it was written")
    func evidence() throws {
        let written = report(part("scale"), part("drain", letters: 1))
        let read = try JSONDecoder().decode(ExerciseReport.self, from: JSONEncoder().encode(written))
        #expect(read.text == written.text)
    }

    @Test("Nothing is restored that was not backed up before, and no step comes twice")
    func plan() {
        #expect(ExerciseStep.fault(in: ExerciseStep.allCases) == nil)
        #expect(ExerciseStep.fault(in: [.upgrade, .backup, .restore]) == nil)
        #expect(ExerciseStep.fault(in: [.restore])?.contains("backup is missing") == true)
        #expect(ExerciseStep.fault(in: [.restore, .backup])?.contains("backup is missing") == true)
        #expect(ExerciseStep.fault(in: [.kill, .scale, .kill]) == "a step is named twice")
    }

    private func workload(_ steps: [ExerciseStep]) -> Workload {
        ExerciseSettings(
            seed: 5, steps: steps, oldVersion: "1", newVersion: "2", pace: 1, pauseSeconds: 1, backupMinutes: 1,
            backupWrites: 1, afterUpgrade: []
        ).workload
    }

    @Test("No customer has a telephone number of the main job's customers, and the others have all that they do")
    func telephones() {
        // Stories take (303) 555-0110 to 0199.
        for (number, steps) in workload([.scale]).cases.enumerated() {
            let digits = Int(CaseKey(number).phone.suffix(4)) ?? 0
            #expect(steps.isEmpty == (110...199).contains(digits), "\(number)")
        }
    }

    @Test("People do nothing that the audit log alone knows of, where a backup without it is restored")
    func people() {
        func kinds(_ steps: [ExerciseStep]) -> Set<Step.Kind> {
            Set(workload(steps).cases.joined().map(\.kind))
        }
        #expect(kinds([.scale]).contains(.renameInField))
        #expect(!kinds([.backup, .restore]).contains(.renameInField))
    }

    @Test("A command names the project, its files and the profile of the imitated vendors")
    func command() {
        let project = ComposeProject(
            terminal: Terminal(environment: [:], folder: URL(filePath: "/nowhere")), program: ["docker", "compose"],
            name: "p", files: ["a.yml", "b.yml"], version: "1")
        #expect(
            project.command(["ps"]) == [
                "docker", "compose", "--ansi", "never", "--project-name", "p", "--file", "a.yml", "--file", "b.yml",
                "--profile", "demo", "ps",
            ])
        #expect(project.at("2").version == "2")
    }
}
