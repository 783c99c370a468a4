import Foundation
import Glibc

/// Processor time that was used so far, in seconds of all processors together.
enum ProcessorTime {
    private static let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))

    /// By the whole machine, without what its host took.
    static func ofMachine() throws -> Double {
        let line = try String(contentsOfFile: "/proc/stat", encoding: .utf8).prefix { $0 != "\n" }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count >= 7 else { throw BenchFailure("the kernel does not tell the machine's time") }
        // User, nice, system and interrupts; neither idle nor the wait for the disk.
        return (numbers[0] + numbers[1] + numbers[2] + numbers[5] + numbers[6]) / ticks
    }

    /// By a process, and by its children that have ended.
    static func of(_ process: Int32) throws -> Double {
        let fields = try fields(of: process)
        guard fields.count > 15 else { throw BenchFailure("the kernel does not tell the time of process \(process)") }
        return fields[12...15].reduce(0) { $0 + (Double($1) ?? 0) } / ticks
    }

    /// By a process and all of its children, such as those of a database server.
    static func ofFamily(_ parent: Int32) throws -> Double {
        let children = try processes().filter { (try? Self.parent(of: $0)) == parent }
        // One that ends meanwhile is counted with its parent next time.
        return try children.reduce(of(parent)) { $0 + ((try? of($1)) ?? 0) }
    }

    /// The parent of a process.
    static func parent(of process: Int32) throws -> Int32? {
        let fields = try fields(of: process)
        return fields.count > 2 ? Int32(fields[2]) : nil
    }

    /// The process of a program whose environment holds a variable with a value.
    static func process(_ program: String, with variable: String) throws -> Int32? {
        try processes().first { process in
            guard let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
                name.hasPrefix(program),
                let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
            else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
        }
    }

    private static func processes() throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
    }

    /// From the bracket behind the name on, which may have spaces: the state is number 1, the parent number 2.
    private static func fields(of process: Int32) throws -> [Substring] {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        return text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    }
}
