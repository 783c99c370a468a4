import ArgumentParser
import ServiceKit

/// The operator's command line.
@main
struct Plumbline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plumbline", abstract: "Operates Plumbline.",
        discussion: """
            The database is named by PLUMBLINE_DATABASE_URL, or by PLUMBLINE_DATABASE_URL_FILE, a file that holds the URL.
            Exit codes: 0 done, 1 not done, 64 wrong use, 78 wrong configuration.
            """,
        version: ProductVersion.current,
        subcommands: [
            StatusCommand.self, AlertsCommand.self, RecordsCommand.self, ProposalsCommand.self,
            DeadLettersCommand.self,
            ConnectionsCommand.self, SyncingCommand.self, SnapshotCommand.self, AuditCommand.self, KeysCommand.self,
            PolicyCommand.self, RecoverCommand.self, MigrateCommand.self, UpgradeCommand.self,
            ModelCommand.self,
        ])
}
