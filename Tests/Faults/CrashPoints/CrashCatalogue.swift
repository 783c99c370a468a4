import CanonicalModel
import SystemSupport

/// Every point of every service, by steps; each step has a point before and one after it.
enum CrashCatalogue {
    /// The steps at which a service is killed.
    static let steps: [SystemService: [String]] = [
        .crmAdapter: adapter + calls(["update", "batch update"]),
        .fsmAdapter: adapter
            + calls(["CreateClient", "EditClient", "CreateProperty", "EditProperty", "CreateJob", "EditJob"]),
        .ledgerAdapter: adapter
            + commits(["Accounts.refresh"])
            + calls(["create customer", "update customer", "create invoice", "update invoice", "batch", "token"]),
        .router: ["ack", "publish", "confirm"]
            + commits(["BatchRouter.route", "EventLetters.bury", "BrokerLetters.store", "CanaryForwarder.forward"]),
        .reconciler: ["publish", "confirm"]
            + commits(
                [
                    "Sealer.sealBatch", "SnapshotDispatcher.dispatch", "ReplayRunner.open", "ReplayRunner.settle",
                    "Parks.sweep", "ParkSweeper.giveUp", "AlertJudge.judge",
                ]),
    ]

    /// Creates that vendors also carry out late: those without a key, by which a vendor would know them again.
    static let late: [SystemService: Set<String>] = [.fsmAdapter: ["CreateClient", "CreateJob"]]

    /// Which death must come before, so that the next life comes by a step: the message comes again, and is known.
    static func prelude(of next: CrashCase) -> CrashCase? {
        guard next.point.hasSuffix("PostgresAdapterStore+commands.accept") else { return nil }
        return CrashCase(
            service: next.service, point: "after commit PostgresAdapterStore+commands.acceptTogether",
            outcome: .committed)
    }

    /// The requests by which records of an entity are made or changed.
    static func operations(_ service: SystemService, _ entity: EntityKind, isCreate: Bool) -> [String] {
        switch (service, entity, isCreate) {
        case (.crmAdapter, _, false): ["update", "batch update"]
        case (.fsmAdapter, .customer, true): ["CreateClient"]
        // The main contact lives in the client.
        case (.fsmAdapter, .customer, false), (.fsmAdapter, .contact, _): ["EditClient"]
        case (.fsmAdapter, .site, true): ["CreateProperty"]
        case (.fsmAdapter, .site, false): ["EditProperty"]
        case (.fsmAdapter, .job, true): ["CreateJob"]
        case (.fsmAdapter, .job, false): ["EditJob"]
        // A further site is a customer below its customer.
        case (.ledgerAdapter, .customer, true), (.ledgerAdapter, .site, true): ["create customer"]
        case (.ledgerAdapter, .customer, false), (.ledgerAdapter, .site, false): ["update customer", "batch"]
        case (.ledgerAdapter, .invoice, true): ["create invoice"]
        case (.ledgerAdapter, .invoice, false): ["update invoice"]
        // A job is its deal.
        case (.crmAdapter, .job, true): ["update", "batch update"]
        default: []
        }
    }

    /// Steps that processes may come by, and at which they are not killed, with the reason.
    static let spared: [SystemService: [String: String]] = {
        let together = "commit PostgresAdapterStore+ingest.commitPart"
        let meeting = "a read and a write have to meet at one object within milliseconds"
        let token = "a vendor that takes each refresh token once needs a person when the new one dies with its process"
        return [
            .crmAdapter: [together: meeting],
            .fsmAdapter: [
                together: meeting,
                "commit Neutraliser.round":
                    "each death would cost a minute in which a late object has to come; what it does may be done twice",
                "send token": token, "answer token": token, "commit Accounts.refresh": token,
            ],
            .ledgerAdapter: [
                together: meeting,
                "commit PostgresAdapterStore+egress.resend":
                    "a look-up repeats a create by itself; what is left are creates that the vendor refuses",
            ],
        ]
    }()

    /// Transactions that a run does not come by, with the reason.
    static let unreached: [String: String] = [
        "PostgresAdapterStore+egress.bury": "it takes a command of a newer version",
        "Policies+activation.install": "an operator's command",
        "AccessRoles.install": "an operator's command",
        "ConsentExchange.answer": "it takes a person at a vendor's page; who may be asked again",
        "RecoveryKeeper.advance": "it takes a database that was restored from a backup",
    ]

    /// The points of a service.
    static func points(_ service: SystemService) -> [String] { points(of: steps[service] ?? []) }

    /// What a process may write down.
    static func known(_ service: SystemService) -> Set<String> {
        Set(points(service)).union(points(of: Array((spared[service] ?? [:]).keys)))
    }

    /// Every case of every service.
    static var cases: [SystemService: [CrashCase]] {
        Dictionary(
            uniqueKeysWithValues: SystemService.allCases.map { service in
                (service, CrashCase.all(service, points: points(service), late: late[service] ?? []))
            })
    }

    private static func points(of steps: [String]) -> [String] {
        steps.flatMap { ["before \($0)", "after \($0)"] }
    }

    private static let adapter =
        ["ack", "publish", "confirm", "link"] + calls(["read"])
        + commits(
            [
                "PostgresAdapterStore+ingress.keep", "PostgresAdapterStore+ingest.commitTogether",
                "PostgresAdapterStore+commands.acceptTogether", "PostgresAdapterStore+commands.accept",
                "PostgresAdapterStore+egress.open",
                "PostgresAdapterStore+egress.settleTogether", "WebhookReplays.takeSome", "SnapshotReader.read",
                "CanaryPost.send", "CanaryPost.arrive",
            ])

    private static func commits(_ places: [String]) -> [String] { places.map { "commit \($0)" } }

    private static func calls(_ operations: [String]) -> [String] {
        operations.flatMap { ["send \($0)", "answer \($0)"] }
    }
}
