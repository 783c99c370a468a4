import IntegrationSupport
import Testing

/// What comes in is broken, hostile or from the future: each is answered clearly and kept where it must be, and the changes
/// of others go on.
///
/// A system of its own: the letters that stay here would be another scenario's fault.
@Suite("Bad input on the running system", .integration, .sharedSystem, .serialized, .timeLimit(.minutes(5)))
enum BadInput {}
