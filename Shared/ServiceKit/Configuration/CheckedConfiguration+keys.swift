extension CheckedConfiguration {
    /// Reads where a 32-byte key comes from: `key` holds it, `key.file` names a file that does, or `key.command` is a program
    /// that prints it, with the variables that `key.command.environment` names.
    ///
    /// More than one of the first three is a fault. A program is not run here; `KeySource.read` does that.
    ///
    /// - Returns: nil when nothing is set, or after a fault.
    public func keySource(_ key: String, required: Bool = true, meaning: String = "") -> KeySource? {
        let form = "a 32-byte key: raw, 64 hexadecimal digits or Base64"
        let allowed =
            "\(form), in the variable itself, in a file named by \(key).file or printed by the program of \(key).command"
        declareKey(key, meaning, form, required: required)
        let variables = variables(key + ".command.environment")
        let text = raw(key, secret: true)
        let path = raw(key + ".file")
        let command = raw(key + ".command")
        let ways = [
            text.map { _ in "as a value" }, path.map { _ in "as a file" }, command.map { _ in "as a command" },
        ].compactMap { $0 }
        guard ways.count < 2 else {
            fault(key, "is set more than once, \(ways.joined(separator: " and "))", allowed: allowed)
            return nil
        }
        if let text { return material(Array(text.utf8), of: key, form) }
        if let path { return file(path, of: key + ".file", form) }
        if let command { return program(command, variables, of: key + ".command") }
        if !required {
            note(key, nil)
        } else if !isFaulty(key) {
            fault(key, "is not set", allowed: allowed)
        }
        return nil
    }

    private func declareKey(_ key: String, _ meaning: String, _ form: String, required: Bool) {
        declare(key, meaning, allowed: "\(form); secret", fallback: required ? .required : .absent)
        declare(
            key + ".file", "a file that holds \(key), in its place", allowed: "the path of a readable file",
            fallback: .absent)
        declare(
            key + ".command",
            "a program that prints \(key), in its place; it is run once at the start, without a shell",
            allowed: KeyCommand.form, fallback: .absent)
        declare(
            key + ".command.environment", "what that program gets from our environment besides PATH and HOME",
            allowed: KeyCommand.variablesForm, fallback: .absent)
    }

    private func material(_ content: [UInt8], of key: String, _ form: String) -> KeySource? {
        guard let material = KeyMaterial(content) else {
            fault(key, "does not hold 32 bytes", allowed: form)
            return nil
        }
        note(key, "\(material)")
        return .material(material)
    }

    private func file(_ path: String, of key: String, _ form: String) -> KeySource? {
        do throws(BoundedFile.Failure) {
            guard let material = KeyMaterial(try BoundedFile.read(path, limit: KeyMaterial.longestForm)) else {
                fault(key, "\(path) does not hold 32 bytes", allowed: "a file with \(form)")
                return nil
            }
            note(key, "\(path)[\(material)]")
            return .material(material)
        } catch {
            fault(key, "cannot read \(path): \(error)", allowed: "a file with \(form)")
            return nil
        }
    }

    private func program(_ text: String, _ variables: [String], of key: String) -> KeySource? {
        guard let command = KeyCommand(text, variables: variables, key: key) else {
            fault(key, "is no command", allowed: KeyCommand.form)
            return nil
        }
        // Its arguments may be nobody's business.
        note(key, command.program)
        return .command(command)
    }

    private func variables(_ key: String) -> [String] {
        guard let text = raw(key) else { return [] }
        guard let names = KeyCommand.variables(text) else {
            fault(key, "is \"\(text.prefix(80))\"", allowed: KeyCommand.variablesForm)
            return []
        }
        note(key, names.joined(separator: ","))
        return names
    }
}
