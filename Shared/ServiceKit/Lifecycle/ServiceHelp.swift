/// What `--help` of a service says.
enum ServiceHelp {
    /// What it is, what may be asked of it, and each configuration key that it reads.
    static func text(of name: String, about: String, keys: [ConfigurationKey]) -> String {
        let entries = keys.map { key in
            "  \(key.variable)  (\(key.key))\n      \(key.meaning)\n      \(key.allowed); \(fallback(key.fallback))"
        }
        return """
            \(name): \(about)

            \(ServiceArguments.usage(of: name))

              Without arguments it runs until SIGTERM or SIGINT.
              --help, -h            says this
              --version             says its version
              health [live|ready]   asks the process that runs here, with the same configuration, whether it is ready (the
                                    default) or live; exit code 0, or 1 with what is missing

            Exit codes: 0 after a graceful end, 1 after an error, 64 after a wrong use, 78 for a wrong configuration.

            Configuration, by variables of the environment or, under the key in brackets, by a YAML file:

            \(entries.joined(separator: "\n"))
            """
    }

    private static func fallback(_ fallback: ConfigurationKey.Fallback) -> String {
        switch fallback {
        case .required: "required"
        case .absent: "optional"
        case .value(let value): value.isEmpty ? "empty by default" : "default \(value)"
        }
    }
}
