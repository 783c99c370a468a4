import Foundation
import Glibc

/// A small file system of its own, in memory, that can be filled to the last byte and freed again.
public struct Volume: Sendable {
    private let folder: URL

    private var ballast: String { folder.appending(path: "ballast").path() }

    /// Mounts it over a folder, with the folder's mode.
    ///
    /// - Throws: `ChildFailure` where this process may not mount.
    init(over folder: URL, megabytes: Int) async throws {
        self.folder = folder
        let log = FileManager.default.temporaryDirectory.appending(path: "plumbline-mount-\(getpid()).log")
        defer { try? FileManager.default.removeItem(at: log) }
        try await Surroundings.run(
            "mount",
            ["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=755", "plumbline", folder.path()], log: log)
    }

    /// Whether this process may mount file systems.
    public static func isPossible() async -> Bool {
        guard let folder = try? Surroundings.makeFolder() else { return false }
        defer { try? FileManager.default.removeItem(at: folder) }
        guard let volume = try? await Volume(over: folder, megabytes: 1) else { return false }
        volume.unmount()
        return true
    }

    /// Takes all space but so many bytes.
    public func fill(leaving rest: Int = 0) {
        let file = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var length: off_t = 0
        var portion: off_t = 16 << 20
        while portion >= 4096 {
            if Self.free(folder) - rest > portion, posix_fallocate(file, length, portion) == 0 {
                length += portion
            } else {
                portion /= 2
            }
        }
    }

    /// Gives the space back.
    public func free() {
        unlink(ballast)
    }

    /// Takes the file system away; what is in it is gone.
    func unmount() {
        umount2(folder.path(), Int32(MNT_DETACH))
    }

    private static func free(_ folder: URL) -> Int {
        var figures = statvfs()
        guard statvfs(folder.path(), &figures) == 0 else { return 0 }
        return Int(figures.f_bavail) * Int(figures.f_frsize)
    }
}
