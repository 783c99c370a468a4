import AdapterKit
import CanonicalModel
import ServiceKit
import ServiceLifecycle

extension CRMAdapter {
    /// Composes the service.
    static func compose(
        _ configuration: AdapterConfiguration, _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        try await Adapter.compose(.crm, connectors: connectors, configuration, environment)
    }
}
