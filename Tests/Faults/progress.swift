import Glibc

/// Prints a line at once, also where the output is a file: a run takes minutes.
func progress(_ line: String) {
    print(line)
    fflush(nil)
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
