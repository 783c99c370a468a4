import Foundation

/// Reads the files of the project.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The files below a folder whose names end in `suffix`.
    static func files(_ folder: String, suffix: String = ".swift") throws -> [SourceFile] {
        guard let walk = FileManager.default.enumerator(atPath: root + "/" + folder) else { return [] }
        let paths = walk.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
        return try paths.map { try file(folder + "/" + $0) }
    }

    static func file(_ path: String) throws -> SourceFile {
        SourceFile(path: path, text: try String(contentsOfFile: root + "/" + path, encoding: .utf8))
    }

    /// All product code: what Shared and Services hold.
    static func product() throws -> [SourceFile] {
        try files("Shared") + files("Services")
    }
}
