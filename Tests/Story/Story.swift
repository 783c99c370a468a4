import ArgumentParser
import Foundation

/// Plays the main job on the running local set-up, from a lead to a paid invoice, and tells what it sees.
///
/// It looks from outside: it acts as people act in the three systems, and it watches these systems over HTTP.
@main
struct Story: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "story", abstract: "Plays the main job on the running local set-up, and tells what it sees.",
        discussion: """
            People act in the imitated HubSpot, Jobber and QuickBooks; each line with a time is something that Plumbline \
            brought about in another system, and how long after its cause it was seen there.
            The systems are named by PLUMBLINE_SANDBOX_HUBSPOT_URL, PLUMBLINE_SANDBOX_JOBBER_URL and \
            PLUMBLINE_SANDBOX_QUICKBOOKS_URL: after ./deploy/local up, source .plumbline/local.env.
            Exit codes: 0 all came true, 1 something did not, 64 wrong use.
            """)

    @Option(help: "Play one of the two: roofing or hvac.")
    var only: Plot?

    @Option(help: "How many seconds each step may take.")
    var patience = 60

    @Flag(help: "One JSON object per step.")
    var json = false

    mutating func validate() throws {
        guard patience > 0 else { throw ValidationError("--patience must be more than 0, not \(patience)") }
    }

    func run() async throws {
        let setup = try LocalSetup(environment: ProcessInfo.processInfo.environment)
        let narrator = Narrator(json ? .json : .text, patience: .seconds(patience))
        let began = ContinuousClock.now
        do {
            for plot in only.map({ [$0] }) ?? Plot.allCases { try await plot.play(in: setup, narrator) }
        } catch let disappointment as Disappointment {
            narrator.tell(disappointment)
            throw ExitCode.failure
        } catch let error as SandboxRefusal {
            narrator.tell(error)
            throw ExitCode.failure
        }
        narrator.end(after: ContinuousClock.now - began)
    }
}
