internal import Glibc

/// Reads small files whole, and nothing longer.
enum BoundedFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Gives the bytes of the regular file, pipe or mounted secret at `path`.
    ///
    /// - Throws: `Failure` when it cannot be opened or read, or holds more than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(description: reason(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(description: reason(errno))
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else { throw Failure(description: "it is longer than \(limit) bytes") }
        }
    }

    /// Whether `path` is a folder that can be listed.
    static func isDirectory(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        closedir(directory)
        return true
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
