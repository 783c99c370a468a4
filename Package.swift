// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    // Points at which tests have a process die (docs/decisions/0020).
    .define("PLUMBLINE_CRASH_POINTS", .when(configuration: .debug)),
]

// The packages we use, by the product that is imported.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func shared(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Shared/\(name)", resources: resources, swiftSettings: settings)
}

func cLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func connector(_ name: String) -> Target {
    .target(
        name: name, dependencies: ["CanonicalModel", "ConnectorKit", "SyncCore", "VendorHTTP", crypto],
        path: "Services/Connectors/\(name)", swiftSettings: settings)
}

func service(_ name: String, folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Services/\(folder)", swiftSettings: settings)
}

func sandbox(
    _ name: String, folder: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Services/sandbox/\(folder)", resources: resources,
        swiftSettings: settings)
}

func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: settings)
}

func tests(
    _ name: String, path: String? = nil, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(path ?? name)", resources: resources,
        swiftSettings: settings)
}

let adapter: [Target.Dependency] = ["AdapterKit", "CanonicalModel", "ConnectorKit", "ServiceKit"]
let decider: [Target.Dependency] = [
    "CanonicalModel", "Messaging", "Postgres", "ServiceKit", "SyncCore", "SyncPolicy", "SyncStore", lifecycle, logging,
    metrics,
]

let package = Package(
    name: "plumbline",
    products: [
        .executable(name: "crm-adapter", targets: ["CRMAdapter"]),
        .executable(name: "fsm-adapter", targets: ["FSMAdapter"]),
        .executable(name: "ledger-adapter", targets: ["LedgerAdapter"]),
        .executable(name: "router", targets: ["Router"]),
        .executable(name: "reconciler", targets: ["Reconciler"]),
        .executable(name: "plumbline", targets: ["Plumbline"]),
        .executable(name: "sandbox", targets: ["Sandbox"]),
        .executable(name: "bench", targets: ["Bench"]),
        .executable(name: "story", targets: ["Story"]),
        .executable(name: "faults", targets: ["Faults"]),
        .executable(name: "simulation", targets: ["SimulationProgram"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // The C libraries, each behind one module (docs/decisions/0001).
        cLibrary("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
        cLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        cLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .systemLibrary(name: "CEventFD", path: "Shared/CEventFD"),

        // Shared: imports point downward; Tests/ArchitectureTests holds the table.
        shared("CanonicalModel"),
        shared("SyncPolicy", ["CanonicalModel", crypto, yams]),
        shared("SyncCore", ["CanonicalModel", "SyncPolicy", crypto]),
        shared("CrashPoints"),
        shared("SocketThread", ["CEventFD"]),
        shared("Messaging", [logging]),
        shared("RabbitMQ", ["CRabbitMQ", "CrashPoints", "Messaging", "SocketThread", logging]),
        shared("Postgres", ["CLibPQ", "CrashPoints", "SocketThread", crypto, logging]),
        shared("VendorHTTP", ["CCurl", "CrashPoints", "SocketThread", logging]),
        shared(
            "SyncStore",
            [
                "CanonicalModel", "Messaging", "Postgres", "SyncCore", "SyncPolicy", collections, crypto, logging,
                metrics,
            ],
            resources: [.copy("Migrations")]),
        shared("Operations", ["CanonicalModel", "Postgres", "SyncCore", "SyncPolicy", "SyncStore", crypto]),
        shared(
            "ConnectorKit",
            ["CanonicalModel", "SyncCore", "SyncStore", "VendorHTTP", crypto, logging, yams]),
        shared(
            "ServiceKit",
            [
                "Messaging", "Postgres", "RabbitMQ", "SyncStore", "VendorHTTP", configuration, coreMetrics, crypto,
                httpTypes, hummingbird, lifecycle, logging, metrics, nio, nioHTTP1, unixSignals,
            ]),
        shared(
            "AdapterKit",
            [
                "CanonicalModel", "ConnectorKit", "CrashPoints", "Messaging", "Postgres", "ServiceKit", "SyncCore",
                "SyncStore", "VendorHTTP", crypto, httpTypes, hummingbird, lifecycle, logging, metrics, nio,
            ]),

        // Services.
        connector("HubSpot"),
        connector("Jobber"),
        connector("QuickBooksOnline"),
        service("CRMAdapter", folder: "crm-adapter", adapter + ["HubSpot", lifecycle]),
        service("FSMAdapter", folder: "fsm-adapter", adapter + ["Jobber", lifecycle]),
        service("LedgerAdapter", folder: "ledger-adapter", adapter + ["QuickBooksOnline", lifecycle]),
        service("Router", folder: "router", decider),
        service("Reconciler", folder: "reconciler", decider + ["VendorHTTP", crypto]),
        service(
            "Plumbline", folder: "plumbline",
            [
                "CanonicalModel", "Operations", "Postgres", "ServiceKit", argumentParser, configuration, logging,
            ]),

        // The sandbox shares no code with what it tests.
        sandbox(
            "SandboxKit", folder: "Kit",
            [asyncHTTPClient, crypto, httpTypes, hummingbird, lifecycle, logging, nio, nioHTTP1]),
        sandbox("SandboxGraphQL", folder: "GraphQL"),
        sandbox("SandboxHubSpot", folder: "HubSpot", ["SandboxKit", crypto, hummingbird]),
        sandbox(
            "SandboxJobber", folder: "Jobber", ["SandboxGraphQL", "SandboxKit", crypto],
            resources: [.copy("Schema")]),
        sandbox("SandboxQuickBooksOnline", folder: "QuickBooksOnline", ["SandboxKit", crypto, hummingbird]),
        service(
            "Sandbox", folder: "sandbox/main",
            [
                "SandboxKit", "SandboxHubSpot", "SandboxJobber", "SandboxQuickBooksOnline", argumentParser,
                asyncHTTPClient, lifecycle, logging, nio, nioHTTP1, unixSignals,
            ]),

        // Tests and what they share.
        // All tests are one program: it is enough that one of them needs it.
        .target(name: "CThreadSanitizer", path: "Tests/Support/CThreadSanitizer"),
        support("PolicySupport", []),
        support("RandomSupport", []),
        support("NetworkSupport", []),
        support("IntegrationSupport", ["Messaging", "Postgres", "RabbitMQ", "SyncStore", logging]),
        support("StoreSupport", ["CanonicalModel", "IntegrationSupport", "Postgres", "SyncCore", "SyncStore"]),
        support(
            "SandboxSupport",
            [
                "SandboxKit", "SandboxHubSpot", "SandboxJobber", "SandboxQuickBooksOnline", asyncHTTPClient,
                hummingbird,
                lifecycle, logging, nio, nioHTTP1,
            ]),
        support(
            "SystemSupport",
            ["Messaging", "Postgres", "RabbitMQ", "SandboxKit", "SandboxSupport", asyncHTTPClient, nio, nioHTTP1]),
        .executableTarget(
            name: "Story",
            dependencies: [argumentParser, asyncHTTPClient, nio, nioHTTP1],
            path: "Tests/Story", swiftSettings: settings),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "CanonicalModel", "Messaging", "Postgres", "RabbitMQ", "SandboxKit", "SandboxSupport", "SyncCore",
                "SyncStore", "SystemSupport", argumentParser, asyncHTTPClient, crypto, logging, nio, nioHTTP1,
            ],
            path: "Tests/Benchmarks", exclude: ["Peers"], swiftSettings: settings),
        .executableTarget(
            name: "Faults",
            dependencies: [
                "CanonicalModel", "Messaging", "NetworkSupport", "Postgres", "RabbitMQ", "RandomSupport", "SandboxKit",
                "SandboxSupport", "SyncCore", "SyncStore", "SystemSupport", argumentParser, logging,
            ],
            path: "Tests/Faults", exclude: ["Naive"], swiftSettings: settings),
        .target(
            name: "Simulation",
            dependencies: [
                "CanonicalModel", "ConnectorKit", "Messaging", "RandomSupport", "SyncCore", "SyncPolicy", "SyncStore",
                "VendorHTTP", collections, logging,
            ], path: "Tests/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "SimulationProgram", dependencies: ["Simulation", "SyncPolicy", argumentParser],
            path: "Tests/SimulationProgram", swiftSettings: settings),
        tests("SimulationTests", ["Simulation", "SyncPolicy"]),
        tests(
            "StoreContractTests",
            [
                "AdapterKit", "CanonicalModel", "ConnectorKit", "IntegrationSupport", "Messaging", "Postgres", "Router",
                "Simulation", "StoreSupport", "SyncCore", "SyncPolicy", "SyncStore",
            ]),
        tests(
            "FaultHarnessTests",
            [
                "CanonicalModel", "ConnectorKit", "Faults", "HubSpot", "Jobber", "NetworkSupport", "QuickBooksOnline",
                "SandboxHubSpot", "SandboxKit", "SandboxSupport", "SyncCore", "SystemSupport",
            ]),
        tests("CanonicalModelTests", ["CanonicalModel", "RandomSupport"]),
        tests("SyncPolicyTests", ["SyncPolicy", "CanonicalModel", "PolicySupport", "RandomSupport"]),
        tests("SyncCoreTests", ["SyncCore", "SyncPolicy", "CanonicalModel", "RandomSupport"]),
        tests("MessagingTests", ["Messaging", "RandomSupport"]),
        tests(
            "RabbitMQTests",
            ["CThreadSanitizer", "RabbitMQ", "Messaging", "NetworkSupport", "RandomSupport", logging]),
        tests("SocketThreadTests", ["SocketThread"]),
        tests("PostgresTests", ["Postgres", "IntegrationSupport", "RandomSupport"]),
        tests("VendorHTTPTests", ["VendorHTTP", "RandomSupport", logging]),
        tests(
            "SyncStoreTests",
            [
                "SyncStore", "IntegrationSupport", "CanonicalModel", "Messaging", "Postgres", "RandomSupport",
                "StoreSupport", "SyncCore", "SyncPolicy", crypto, logging,
            ]),
        tests(
            "ConnectorKitTests",
            ["CanonicalModel", "ConnectorKit", "IntegrationSupport", "SyncCore", "SyncStore", "VendorHTTP"]),
        tests(
            "ServiceKitTests",
            [
                "ServiceKit", "IntegrationSupport", "Messaging", "Postgres", "RabbitMQ", "RandomSupport",
                asyncHTTPClient, configuration, coreMetrics, hummingbird, lifecycle, logging, metrics, nioHTTP1,
            ]),
        tests(
            "OperationsTests",
            [
                "CanonicalModel", "IntegrationSupport", "Operations", "Postgres", "StoreSupport", "SyncCore",
                "SyncStore", "SystemSupport", logging,
            ]),
        tests(
            "AdapterKitTests",
            [
                "AdapterKit", "CanonicalModel", "ConnectorKit", "IntegrationSupport", "Messaging", "Postgres",
                "RandomSupport", "ServiceKit",
                "SyncCore", "SyncStore", "VendorHTTP", httpTypes, hummingbird, hummingbirdTesting, logging, nio,
            ]),
        tests(
            "HubSpotTests", path: "ConnectorTests/HubSpot",
            ["CanonicalModel", "ConnectorKit", "HubSpot", "SandboxSupport", "SyncCore", "VendorHTTP", crypto],
            resources: [.copy("Fixtures")]),
        tests(
            "JobberTests", path: "ConnectorTests/Jobber",
            [
                "CanonicalModel", "ConnectorKit", "Jobber", "SandboxGraphQL", "SandboxJobber", "SandboxKit",
                "SandboxSupport", "SyncCore", "VendorHTTP", crypto,
            ], resources: [.copy("Fixtures")]),
        tests(
            "QuickBooksOnlineTests", path: "ConnectorTests/QuickBooksOnline",
            [
                "CanonicalModel", "ConnectorKit", "QuickBooksOnline", "SandboxKit", "SandboxQuickBooksOnline",
                "SandboxSupport", "SyncCore", "VendorHTTP", crypto,
            ], resources: [.copy("Fixtures")]),
        tests(
            "SandboxTests",
            [
                "RandomSupport", "SandboxSupport", "SandboxGraphQL", "SandboxKit", "SandboxHubSpot", "SandboxJobber",
                "SandboxQuickBooksOnline", crypto, asyncHTTPClient, jwtKit, logging,
            ], resources: [.copy("Clients")]),
        tests(
            "RouterTests",
            [
                "CanonicalModel", "IntegrationSupport", "Messaging", "Postgres", "RabbitMQ", "Router", "ServiceKit",
                "SyncCore", "SyncPolicy", "SyncStore", logging,
            ]),
        tests(
            "ReconcilerTests",
            [
                "CanonicalModel", "IntegrationSupport", "Messaging", "Postgres", "RabbitMQ", "Reconciler",
                "SandboxKit", "SandboxSupport", "ServiceKit", "StoreSupport", "SyncCore", "SyncPolicy", "SyncStore",
                "VendorHTTP",
                asyncHTTPClient, configuration, lifecycle, logging, nio,
            ]),
        tests("PlumblineTests", ["CanonicalModel", "Operations", "Plumbline", "ServiceKit", argumentParser]),
        tests(
            "ScenarioTests",
            [
                "CRMAdapter", "FSMAdapter", "LedgerAdapter", "Router", "Reconciler", "Plumbline", "Sandbox", "Story",
                "IntegrationSupport", "Messaging", "PolicySupport", "Postgres", "RabbitMQ", "SandboxKit",
                "SandboxSupport", "SystemSupport", logging,
            ]),
        tests(
            "FaultTests",
            [
                "CRMAdapter", "FSMAdapter", "LedgerAdapter", "Router", "Reconciler", "Plumbline", "Sandbox",
                "CanonicalModel", "IntegrationSupport", "Messaging", "Postgres", "RabbitMQ", "RandomSupport",
                "SandboxKit", "SandboxSupport", "SyncCore", "SyncStore", "SystemSupport", logging,
            ]),
        tests("ArchitectureTests", ["SyncPolicy", "CanonicalModel"]),
    ],
    swiftLanguageModes: [.v6]
)
