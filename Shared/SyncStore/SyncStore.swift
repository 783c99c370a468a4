internal import Foundation
public import Postgres

/// The tables of Plumbline.
public enum SyncStore {
    /// The schema that this build works with, for `Migrator`.
    ///
    /// - Throws: `MigrationError` when the files that belong to the program are not beside it.
    public static func migrations() throws(MigrationError) -> [Migration] {
        guard let folder = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw MigrationError(
                code: .invalid,
                message: "the folder of migrations is missing beside the program: \(Bundle.module.bundlePath)")
        }
        return try Migration.load(folder: folder.path)
    }
}
