public import Postgres
public import RabbitMQ
internal import SyncStore

extension HealthCheck {
    /// Passes while the database answers a query.
    public static func database(_ pool: PostgresPool) -> HealthCheck {
        HealthCheck("database") {
            try await pool.execute("select 1", timeout: .seconds(2))
        }
    }

    /// Passes while the schema is the one of this build, or a newer one that still serves it.
    public static func migrations(_ migrator: Migrator, on pool: PostgresPool) -> HealthCheck {
        HealthCheck("migrations", every: .seconds(30)) {
            try await migrator.check(on: pool)
        }
    }

    /// Passes while messages are written in a version that this build reads.
    public static func messages(on pool: PostgresPool) -> HealthCheck {
        HealthCheck("messages", every: .seconds(30)) {
            try await pool.run(SchemaAgreement.check())
        }
    }

    /// Passes while the publisher's connection stands and the broker takes messages.
    ///
    /// - Parameter name: which connection, for example `broker.relay`.
    public static func broker(_ name: String, _ publisher: RabbitPublisher) -> HealthCheck {
        broker(name) { publisher.health }
    }

    /// Passes while the consumer's connection stands.
    ///
    /// - Parameter name: which connection, for example `broker.events`.
    public static func broker(_ name: String, _ consumer: RabbitConsumer) -> HealthCheck {
        broker(name) { consumer.health }
    }

    static func broker(_ name: String, _ health: @escaping @Sendable () -> RabbitHealth) -> HealthCheck {
        HealthCheck(name, every: .seconds(1)) {
            let health = health()
            guard health.isConnected else {
                throw BrokerFault(description: health.lastError ?? "not connected yet")
            }
            if health.isBlocked {
                throw BrokerFault(description: "the broker takes no messages: it is short of memory or disk")
            }
        }
    }
}

private struct BrokerFault: Error, CustomStringConvertible {
    let description: String
}
