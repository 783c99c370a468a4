import AdapterKit
import CanonicalModel
import ServiceKit
import ServiceLifecycle

extension FSMAdapter {
    /// Composes the service.
    static func compose(
        _ configuration: AdapterConfiguration, _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        try await Adapter.compose(.fsm, connectors: connectors, configuration, environment)
    }
}
