/// Which of our own modules each module may import: imports point downward.
///
/// The table governs our modules only; external packages are declared per target in Package.swift.
enum ImportTable {
    static let allowed: [String: Set<String>] = [
        // Pure: values, decisions, steps.
        "CanonicalModel": [],
        "SyncPolicy": ["CanonicalModel"],
        "SyncCore": ["CanonicalModel", "SyncPolicy"],
        // Transports: they carry bytes and know no entity.
        "CrashPoints": [],
        "SocketThread": ["CEventFD"],
        "Messaging": [],
        "RabbitMQ": ["CRabbitMQ", "CrashPoints", "Messaging", "SocketThread"],
        "Postgres": ["CLibPQ", "CrashPoints", "SocketThread"],
        "VendorHTTP": ["CCurl", "CrashPoints", "SocketThread"],
        // Tables, what operators do, what all vendors need, what all services need.
        "SyncStore": ["CanonicalModel", "Messaging", "Postgres", "SyncCore", "SyncPolicy"],
        "Operations": ["CanonicalModel", "Postgres", "SyncCore", "SyncPolicy", "SyncStore"],
        "ConnectorKit": ["CanonicalModel", "SyncCore", "SyncStore", "VendorHTTP"],
        "ServiceKit": ["Messaging", "Postgres", "RabbitMQ", "SyncStore", "VendorHTTP"],
        // What all adapters need: the store behind the loops, ingress, tokens, and how they are put together.
        "AdapterKit": [
            "CanonicalModel", "ConnectorKit", "CrashPoints", "Messaging", "Postgres", "ServiceKit", "SyncCore",
            "SyncStore", "VendorHTTP",
        ],
        // A connector knows neither another vendor nor a store nor a queue.
        "HubSpot": connector,
        "Jobber": connector,
        "QuickBooksOnline": connector,
        "CRMAdapter": adapter.union(["HubSpot"]),
        "FSMAdapter": adapter.union(["Jobber"]),
        "LedgerAdapter": adapter.union(["QuickBooksOnline"]),
        // They decide and compare, and never see a vendor. A decision is one transaction over several of the store's
        // tables: whoever decides opens it, hence Postgres.
        "Router": decider,
        // It sends alerts to their receiver, who is no vendor.
        "Reconciler": decider.union(["VendorHTTP"]),
        "Plumbline": ["CanonicalModel", "Operations", "Postgres", "ServiceKit"],
        // What imitates a vendor shares no code with what it tests; what plays the main job looks from outside.
        "SandboxKit": [],
        "SandboxGraphQL": [],
        "SandboxHubSpot": ["SandboxKit"],
        "SandboxJobber": ["SandboxGraphQL", "SandboxKit"],
        "SandboxQuickBooksOnline": ["SandboxKit"],
        "Sandbox": ["SandboxHubSpot", "SandboxJobber", "SandboxKit", "SandboxQuickBooksOnline"],
        "Story": [],
    ]

    /// The C libraries: each belongs to one module and is never seen outside of it.
    static let libraries: Set<String> = ["CCurl", "CEventFD", "CLibPQ", "CRabbitMQ"]

    private static let connector: Set<String> = ["CanonicalModel", "ConnectorKit", "SyncCore", "VendorHTTP"]
    private static let adapter: Set<String> = ["AdapterKit", "CanonicalModel", "ConnectorKit", "ServiceKit"]
    private static let decider: Set<String> = [
        "CanonicalModel", "Messaging", "Postgres", "ServiceKit", "SyncCore", "SyncPolicy", "SyncStore",
    ]
}
