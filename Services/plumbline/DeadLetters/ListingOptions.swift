import ArgumentParser
import CanonicalModel

/// How a listing is shown: for people, for programs, or for spreadsheets.
struct ListingOptions: ParsableArguments {
    @Flag(help: "As JSON.")
    var json = false

    @Flag(help: "As comma-separated values.")
    var csv = false

    func validate() throws {
        if json, csv { throw ValidationError("either --json or --csv") }
    }

    /// Prints one of them.
    func show(
        _ value: @autoclosure () -> JSONValue, csv table: @autoclosure () -> String, text: @autoclosure () -> String
    ) {
        if csv { return print(table(), terminator: "") }
        print(json ? value().jsonText : text())
    }
}
