import ArgumentParser
import CanonicalModel

/// How a command shows what it has to say: for people, or for programs.
struct OutputOptions: ParsableArguments {
    @Flag(help: "As JSON.")
    var json = false

    /// Prints the one or the other.
    func show(_ value: @autoclosure () -> JSONValue, text: @autoclosure () -> String) {
        print(json ? value().jsonText : text())
    }
}
