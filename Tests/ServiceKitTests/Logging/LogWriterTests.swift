import Foundation
import Testing

@testable import ServiceKit

@Suite("The log writer")
struct LogWriterTests {
    private func pipe() -> (read: FileHandle, write: FileHandle) {
        let pipe = Pipe()
        return (pipe.fileHandleForReading, pipe.fileHandleForWriting)
    }

    @Test("writes all lines in order, from many writers")
    func order() async throws {
        let (read, write) = pipe()
        let writer = LogWriter(descriptor: write.fileDescriptor)
        async let all = onThread { try read.readToEnd() ?? Data() }
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<200 { writer.write(Array("\(task) \(number)\n".utf8)) }
                }
            }
        }
        try await onThread { writer.flush() }
        writer.stop()
        try write.close()
        let lines = String(decoding: try await all, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1600)
        for task in 0..<8 {
            let own = lines.filter { $0.hasPrefix("\(task) ") }.compactMap { Int($0.dropFirst(2)) }
            #expect(own == Array(0..<200))
        }
    }

    @Test("never blocks on a stuck reader, and tells how many lines were dropped")
    func stuck() async throws {
        let (read, write) = pipe()
        let writer = LogWriter(descriptor: write.fileDescriptor, capacity: 100_000)
        let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
        // A pipe holds 64 KiB and the buffer 100,000 bytes: most of these do not fit anywhere.
        for _ in 0..<2000 { writer.write(line) }
        async let all = onThread { try read.readToEnd() ?? Data() }
        try await onThread { writer.flush(milliseconds: 10000) }
        writer.stop()
        try write.close()
        let text = String(decoding: try await all, as: UTF8.self)
        let kept = text.split(separator: "\n").filter { $0.hasPrefix("x") }.count
        let notices = text.split(separator: "\n").filter { $0.contains("log records were dropped") }
        let dropped = notices.compactMap { $0.split(separator: ":").last.flatMap { Int($0.dropLast()) } }.reduce(0, +)
        #expect(kept + dropped == 2000)
        #expect(dropped > 0)
    }

    @Test("gives up flushing at its deadline")
    func deadline() async throws {
        let (read, write) = pipe()
        let writer = LogWriter(descriptor: write.fileDescriptor)
        writer.write([UInt8](repeating: 120, count: 200_000))
        let elapsed = try await onThread { ContinuousClock().measure { writer.flush(milliseconds: 300) } }
        #expect(elapsed < .seconds(5))
        try read.close()
        writer.stop()
    }
}
