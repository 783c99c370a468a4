internal import Glibc

extension Migration {
    /// Loads the migrations of a folder: `NNNN_verb_noun.up.sql`, each with its `NNNN_verb_noun.down.sql`.
    ///
    /// Other files are left alone unless they end in `.sql`.
    ///
    /// - Returns: the migrations in order.
    /// - Throws: `MigrationError` that lists every fault of the folder.
    public static func load(folder: String) throws(MigrationError) -> [Migration] {
        var faults: [String] = []
        var ups: [String: String] = [:]
        var downs: [String: String] = [:]
        for file in try files(of: folder) where file.hasSuffix(".sql") {
            guard let text = read(folder + "/" + file) else {
                faults.append("\(file) cannot be read or is not UTF-8")
                continue
            }
            if file.hasSuffix(".up.sql") {
                ups[String(file.dropLast(".up.sql".count))] = text
            } else if file.hasSuffix(".down.sql") {
                downs[String(file.dropLast(".down.sql".count))] = text
            } else {
                faults.append("\(file) ends neither in .up.sql nor in .down.sql")
            }
        }
        var migrations: [Migration] = []
        for (stem, up) in ups {
            guard let (number, name) = parts(of: stem) else {
                faults.append("\(stem).up.sql is not named NNNN_verb_noun.up.sql")
                continue
            }
            if downs[stem] == nil { faults.append("\(stem).up.sql has no \(stem).down.sql") }
            migrations.append(Migration(number: number, name: name, up: up, down: downs[stem]))
        }
        for stem in downs.keys where ups[stem] == nil {
            faults.append("\(stem).down.sql has no \(stem).up.sql")
        }
        migrations.sort { ($0.number, $0.name) < ($1.number, $1.name) }
        for (one, other) in zip(migrations, migrations.dropFirst()) where one.number == other.number {
            faults.append("\(one.label) and \(other.label) have the same number")
        }
        guard faults.isEmpty else {
            let list = faults.sorted().joined(separator: "\n  ")
            throw MigrationError(
                code: .invalid, message: "the migrations in \(folder) cannot be used:\n  \(list)")
        }
        return migrations
    }

    private static func parts(of stem: String) -> (Int, String)? {
        let digits = stem.prefix(4)
        let name = stem.dropFirst(5)
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
            stem.dropFirst(4).first == "_", !name.isEmpty
        else { return nil }
        return (number, String(name))
    }

    private static func files(of folder: String) throws(MigrationError) -> [String] {
        guard let directory = opendir(folder) else {
            let reason = String(cString: strerror(errno))
            throw MigrationError(
                code: .invalid, message: "the folder of migrations \(folder) cannot be read: \(reason)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return ferror(file) == 0 ? String(validating: bytes, as: UTF8.self) : nil
    }
}
