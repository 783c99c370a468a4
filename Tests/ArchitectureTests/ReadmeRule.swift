/// Holds that the README names each verb of deploy/local.
enum ReadmeRule {
    static func missing(readme: String, script: String) -> [String] {
        verbs(of: script).filter { !readme.contains("deploy/local \($0)") }
    }

    /// The verbs that the script's last `case` takes.
    static func verbs(of script: String) -> [String] {
        guard let match = script.firstMatch(of: #/case \$verb in\s+([a-z |]+)\)/#) else { return [] }
        return match.1.split { " |".contains($0) }.map(String.init)
    }
}
