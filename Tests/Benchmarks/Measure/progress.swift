import Glibc

/// Prints a line at once, also where the output is a file: a round takes minutes.
func progress(_ line: String) {
    print(line)
    fflush(nil)
}
