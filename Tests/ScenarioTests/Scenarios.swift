import IntegrationSupport
import Testing

/// Whole stories on one running system, one after the other: what is counted must not be another's.
@Suite("Scenarios on the running system", .integration, .sharedSystem, .serialized, .timeLimit(.minutes(5)))
enum Scenarios {}
