internal import Glibc

/// Reads memory, processor time and threads of this process from `/proc`, under Prometheus' usual names.
enum ProcessMetrics {
    static func text() -> String {
        guard let stat = try? BoundedFile.read("/proc/self/stat", limit: 8192) else { return "" }
        return text(stat: String(decoding: stat, as: UTF8.self))
    }

    /// Turns the content of `/proc/self/stat` into samples; see proc(5) for the positions of the fields.
    static func text(stat: String) -> String {
        // The second field is the name in brackets, which may itself hold blanks and brackets.
        guard let end = stat.lastIndex(of: ")") else { return "" }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let threads = Double(fields[17]), let pages = Double(fields[21])
        else { return "" }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        var text = PrometheusText()
        text.head("process_cpu_seconds_total", kind: "counter", help: "Processor time used, in seconds.")
        text.sample("process_cpu_seconds_total", "", (user + system) / ticks)
        text.head("process_resident_memory_bytes", kind: "gauge", help: "Resident memory, in bytes.")
        text.sample("process_resident_memory_bytes", "", pages * page)
        text.head("process_threads", kind: "gauge", help: "Threads of the operating system.")
        text.sample("process_threads", "", threads)
        return text.text
    }
}
