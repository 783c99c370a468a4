public import Configuration

/// Builds the reader of a service's configuration: the environment over a YAML file.
///
/// ## Configuration keys
/// - `config` (path, optional; only as `PLUMBLINE_CONFIG`): a YAML file whose nested keys are the dotted keys of this
///   module (`http:` `port:` is `http.port`). A variable of the environment wins over the file.
///
/// The variable of a key is `PLUMBLINE_` and the key in capitals with `_` for `.`.
public enum ConfigurationSource {
    /// The longest configuration file that is read, in bytes.
    private static let longestFile = 1 << 20

    /// Opens the sources.
    ///
    /// - Parameter environment: the variables of the process.
    /// - Throws: `ConfigurationError` when the YAML file is missing, too long or not YAML.
    public static func reader(environment: [String: String]) async throws(ConfigurationError) -> ConfigReader {
        let variables = EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "plumbline")
        guard let path = environment["PLUMBLINE_CONFIG"], !path.isEmpty else {
            return ConfigReader(provider: variables)
        }
        do {
            _ = try BoundedFile.read(path, limit: longestFile)
            let location = InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])
            let file = try await FileProvider<YAMLSnapshot>(config: ConfigReader(provider: location))
            return ConfigReader(providers: [variables, file])
        } catch {
            let fault = ConfigurationFault(
                key: "config", problem: "cannot use \(path): \(error)",
                allowed: "the path of a readable YAML file with a mapping at its top")
            throw ConfigurationError(faults: [fault])
        }
    }

    /// Sources in which nothing is set.
    static var empty: ConfigReader { ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: [:])) }

    /// The key that only a variable can set.
    static let file = ConfigurationKey(
        key: "config", meaning: "a YAML file with these keys; a variable wins over it",
        allowed: "the path of a readable YAML file", fallback: .absent)

    /// The variable of the environment that sets `key`.
    static func variable(forKey key: String) -> String {
        "PLUMBLINE_" + key.uppercased().replacing(".", with: "_")
    }
}
