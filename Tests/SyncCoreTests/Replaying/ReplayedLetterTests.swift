import CanonicalModel
import SyncCore
import Testing

@Suite("How a replayed letter ends")
struct ReplayedLetterTests {
    private func ending(_ subject: ReplayedLetter.Subject) -> ReplayedLetter.Ending? { ending("replaying", subject) }

    private func ending(
        _ state: String, _ subject: ReplayedLetter.Subject, ours: Bool = true,
        successor: CanonicalID? = nil
    ) -> ReplayedLetter.Ending? {
        ReplayedLetter(state: state, isOurs: ours, subject: subject, successor: successor).ending
    }

    @Test("What the letter's own row says counts first")
    func letter() {
        for subject in [ReplayedLetter.Subject.work(state: "ready"), .message(status: 1), .read(isDirty: true)] {
            #expect(ending("replayed", subject)?.result == .succeeded)
            #expect(ending("resolved", subject)?.result == .succeeded)
            #expect(ending("open", subject)?.result == .failed)
            #expect(ending("archived", subject)?.result == .skipped)
            #expect(ending("replaying", subject, ours: false)?.result == .skipped)
            #expect(ending("open", subject)?.state == nil, "the letter stands as it shall")
            #expect(ending("replaying", subject) == nil, "it is under way")
        }
    }

    @Test("A failure of another kind closes the letter in favour of the new one")
    func successor() {
        let other = CanonicalID(high: 1, low: 2)
        let end = ending("replaying", .work(state: "dead"), successor: other)
        #expect(end?.result == .failed && end?.state == "resolved" && end?.words.contains("\(other)") == true)
    }

    @Test(
        "Work that ends without a word of its own leaves the letter open",
        arguments: ["waiting", "dead", "done", nil] as [String?])
    func work(state: String?) {
        let end = ending("replaying", .work(state: state))
        #expect(end?.state == "open")
        #expect(end?.result == (state == "dead" ? .failed : .skipped))
    }

    @Test("A message is done once its consumer has settled or parked it, an object once it was read")
    func messages() {
        #expect(ending(.message(status: 0)) == nil && ending(.message(status: 1)) == nil)
        for status in [2, 3, nil] as [Int?] {
            #expect(ending(.message(status: status))?.state == "replayed")
            #expect(ending(.message(status: status))?.result == .succeeded)
        }
        #expect(ending(.read(isDirty: false))?.state == "replayed")
        #expect(ending(.webhook) == nil)
    }
}
