public import CanonicalModel
internal import Glibc

/// Reads the declarations of connections from a folder with a YAML file for each.
public enum ConnectionFolder {
    /// Reads the connections of one role.
    ///
    /// All files are checked, those of other roles too, since names must differ among all; but only the secrets of this
    /// role are read, so that an adapter needs no others.
    ///
    /// - Parameters:
    ///   - role: the role of the adapter.
    ///   - environment: gives a variable of the process, for secrets declared as `{ env: NAME }`.
    /// - Returns: the declarations in the order of their files' names.
    /// - Throws: every fault of every file, each with file and line.
    public static func load(
        _ directory: String, role: Role, environment: (String) -> String? = variable
    ) throws(DeclarationFaults) -> [ConnectionDeclaration] {
        var faults: [String] = []
        var declarations: [ConnectionDeclaration] = []
        var files: [ConnectionID: String] = [:]
        for name in try names(in: directory) {
            guard let bytes = PrivateFile.read(directory + "/" + name) else {
                faults.append("\(name): cannot be read, or is longer than \(PrivateFile.longest) bytes")
                continue
            }
            var file = ConnectionFile(name: name, yaml: String(decoding: bytes, as: UTF8.self))
            let declaration = file.declaration(readingSecretsOf: role, environment: environment)
            faults += file.faults
            guard let declaration else { continue }
            if let other = files.updateValue(name, forKey: declaration.id) {
                faults.append("\(name): the connection \(declaration.id) is declared in \(other), too")
            }
            if declaration.role == role { declarations.append(declaration) }
        }
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
        return declarations
    }

    /// A variable of this process's environment.
    public static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func names(in directory: String) throws(DeclarationFaults) -> [String] {
        guard let folder = opendir(directory) else {
            let reason = String(cString: strerror(errno))
            throw DeclarationFaults(["the folder of connections \(directory) cannot be read: \(reason)"])
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), name.hasSuffix(".yaml") || name.hasSuffix(".yml") { names.append(name) }
        }
        return names.sorted()
    }
}
