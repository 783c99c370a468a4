import ArgumentParser

/// The stories that can be played.
enum Plot: String, ExpressibleByArgument, CaseIterable {
    case roofing, hvac

    func play(in setup: LocalSetup, _ narrator: Narrator) async throws {
        let narrator = narrator.telling(rawValue)
        switch self {
        case .roofing: try await RoofingStory(setup: setup, narrator: narrator).play()
        case .hvac: try await HVACStory(setup: setup, narrator: narrator).play()
        }
    }
}
