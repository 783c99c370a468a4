import AdapterKit
import CanonicalModel
import ServiceKit
import ServiceLifecycle

extension LedgerAdapter {
    /// Composes the service.
    static func compose(
        _ configuration: AdapterConfiguration, _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        try await Adapter.compose(.ledger, connectors: connectors, configuration, environment)
    }
}
