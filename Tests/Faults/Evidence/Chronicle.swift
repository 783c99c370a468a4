import SandboxKit
import SandboxSupport

/// Reads the common history of the systems of record while it is written, since they forget what is old.
actor Chronicle {
    private let client: SandboxClient
    private var sequence = 0
    private(set) var changes: [NativeChange] = []
    private(set) var states = NativeStates()
    private var clients: [Int: String] = [:]
    private var jobs: [Int: String] = [:]
    private var invoices: [Int: String] = [:]

    init(client: SandboxClient) {
        self.client = client
    }

    /// Reads on to the end of what there is.
    func read() async throws {
        while true {
            let answer = try await client.control("GET", "history?kind=change&vendor=*&since=\(sequence)&limit=2000")
            let page = answer["entries"]?.arrayValue ?? []
            for entry in page {
                // Another reader may have come first while this one waited.
                guard let number = entry["sequence"]?.intValue, number > sequence else { continue }
                sequence = number
                guard let change = NativeChange(entry) else { continue }
                changes.append(change)
                states.apply(change)
                note(change)
            }
            if page.count < 2000 { return }
        }
    }

    /// The client, the job and the invoice that a customer has got, as far as they are there.
    func place(of customer: Int) -> (client: String?, job: String?, invoice: String?) {
        (clients[customer], jobs[customer], invoices[customer])
    }

    func record(_ system: NativeSystem, _ type: String, _ id: String) -> NativeRecord? {
        states.record(system, type, id)
    }

    func customField(_ name: String, on place: String) -> String? { states.customField(name, on: place) }

    private func note(_ change: NativeChange) {
        guard change.operation == "create" else { return }
        func customer(_ text: String?) -> Int? { text.flatMap(CaseKey.init(beginning:))?.number }
        switch change.type {
        case "Client":
            guard let number = customer(change.fields["companyName"]?.stringValue) else { return }
            if clients[number] == nil { clients[number] = change.id }
        case "Job":
            guard let number = customer(change.fields["title"]?.stringValue) else { return }
            if jobs[number] == nil { jobs[number] = change.id }
        case "Invoice":
            guard let number = customer(change.fields["CustomerMemo"]?["value"]?.stringValue) else { return }
            if invoices[number] == nil { invoices[number] = change.id }
        default: return
        }
    }
}
