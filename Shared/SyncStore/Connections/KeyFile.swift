internal import Glibc

/// Reads and makes files that hold one key of 32 bytes.
public enum KeyFile {
    /// Reads a key: 32 bytes as they are, or 64 hexadecimal digits with or without a line's end.
    ///
    /// - Throws: `StoreError` with code `configuration` that names the file, never its content.
    public static func read(_ path: String) throws(StoreError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw StoreError(.configuration, "the key file \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 129)
        let count = fread(&bytes, 1, bytes.count, file)
        bytes.removeLast(bytes.count - count)
        if bytes.count == 32 { return bytes }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        if text.count == 1, let key = Hexadecimal.bytes(text[0]), key.count == 32 { return key }
        throw StoreError(
            .configuration, "the key file \(path) holds no key: it needs 32 bytes, or 64 hexadecimal digits")
    }

    /// Writes a fresh key, readable by its owner only, unless the file is there.
    ///
    /// - Returns: whether it was written.
    @discardableResult
    public static func create(_ path: String) throws(StoreError) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw StoreError(
                .configuration, "the key file \(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let line = Array((Hexadecimal.text(SaltSource.random.bytes(32)) + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw StoreError(
                .configuration, "the key file \(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return true
    }
}
