import CanonicalModel
import ConnectorKit
import SyncStore

/// The broker and the relays, webhooks and their arrival.
extension World {
    private static let relayLease = Duration.seconds(30)
    private static let patience = Duration.seconds(900)

    // MARK: To the broker

    /// Publishes messages from a process's memory.
    func publish(_ messages: [MemoryMessage], from process: ServiceProcess, _ incarnation: Int) {
        guard !messages.isEmpty, !isOver else { return }
        pending(after: random.draw(300...4_000)) { [unowned self] in
            guard process.incarnation == incarnation, process.isAlive else { return }
            guard process.sleepsUntil <= elapsed else {
                after(process.sleepsUntil - elapsed) { self.publish(messages, from: process, incarnation) }
                return
            }
            guard !isActive(.brokerWiped) else { return }
            for message in messages { take(message) }
            guard !isActive(.confirmsLost) else { return }
            confirm(messages.map(\.key), to: process, incarnation)
        }
    }

    func publish(reopened ids: Set<CanonicalID>, from process: ServiceProcess, _ incarnation: Int) {
        guard !ids.isEmpty else { return }
        publish(
            database.claimMessages(ids, lease: Self.relayLease, patience: Self.patience), from: process, incarnation)
    }

    private func take(_ message: MemoryMessage) {
        queues[message.queue, default: []].append(message)
        if isActive(.messagesRepeated) {
            for _ in 0...1 where random.chance(0.5) {
                pending(after: random.draw(1_000...60_000_000)) { [unowned self] in
                    queues[message.queue, default: []].append(message)
                    deliver(message.queue)
                }
            }
        }
        deliver(message.queue)
    }

    private func confirm(_ keys: [MessageKey], to process: ServiceProcess, _ incarnation: Int) {
        after(random.draw(500...3_000)) { [unowned self] in
            guard process.incarnation == incarnation else { return }
            process.confirmed += keys
            after(100_000) { if process.incarnation == incarnation { self.flush(process) } }
        }
    }

    func flush(_ process: ServiceProcess) {
        guard process.sleepsUntil <= elapsed else { return }
        database.markPublished(process.confirmed, patience: Self.patience)
        process.confirmed = []
    }

    /// Publishes again what is due, as any relay may.
    func recover() {
        after(5_000_000) { [unowned self] in
            if database.hasDueMessages, let process = anyone(of: .router) ?? anyone(of: .adapter(.crm)) {
                publish(
                    database.claimMessages(lease: Self.relayLease, patience: Self.patience), from: process,
                    process.incarnation)
            }
            recover()
        }
    }

    func wipeBroker() {
        wipes += 1
        queues = [:]
        for process in processes { process.unacknowledged = [] }
        tellLoss()
    }

    /// Those who are connected find out that the queues were lost.
    private func tellLoss() {
        after(1_000_000) { [unowned self] in
            guard !isActive(.brokerWiped), let process = anyone(of: .router) ?? anyone(of: .adapter(.fsm)) else {
                return tellLoss()
            }
            // What was confirmed before and nobody has marked would be taken for confirmed by the new queue.
            flush(process)
            for queue in allQueues { database.queueWasLost(queue) }
        }
    }

    private var allQueues: [MemoryMessage.Queue] {
        [.events] + vendors.map { .commands($0.profile.connection) }
    }

    // MARK: From the broker

    /// Hands a queue's messages to a consumer that is free.
    func deliver(_ queue: MemoryMessage.Queue) {
        guard queues[queue]?.isEmpty == false else { return }
        for process in processes where process.consumes(queue, of: self) && process.isAlive {
            guard !process[.consume].isRunning, process[.consume].armedAt == nil else { continue }
            let incarnation = process.incarnation
            process[.consume].armedAt = elapsed
            after(random.draw(200...4_000)) { [unowned self] in
                guard process.incarnation == incarnation else { return }
                process[.consume].armedAt = nil
                guard process.sleepsUntil <= elapsed else { return }
                consume(queue, process)
            }
        }
    }

    private func consume(_ queue: MemoryMessage.Queue, _ process: ServiceProcess) {
        guard let waiting = queues[queue], !waiting.isEmpty, !process[.consume].isRunning else { return }
        let count = min(waiting.count, Int(random.draw(1...20)))
        let batch = Array(waiting.prefix(count))
        queues[queue]?.removeFirst(count)
        process.unacknowledged = batch
        process[.consume].isRunning = true
        inFlight += 1
        let incarnation = process.incarnation
        spawn(process) {
            if let router = process.router {
                try await self.route(batch, router, process, incarnation)
            } else if let adapter = process.adapter {
                try await self.take(batch, adapter, ProcessAccess(self, process))
            }
        } finally: { [unowned self] failure in
            inFlight -= 1
            process.unacknowledged = []
            process[.consume].isRunning = false
            if let failure { failures.append("\(process.name): \(failure)") }
            if let role = process.role { poke(role) } else { for role in Role.allCases { poke(role) } }
            deliver(queue)
        }
    }

    /// Gives back what a process has not acknowledged.
    func redeliver(from process: ServiceProcess) {
        guard let queue = process.unacknowledged.first?.queue else { return }
        queues[queue, default: []].insert(contentsOf: process.unacknowledged, at: 0)
        process.unacknowledged = []
        deliver(queue)
    }

    /// Routes a batch, again and again while the store is at fault, as the event loop does.
    private func route(
        _ batch: [MemoryMessage], _ router: MemoryRouter, _ process: ServiceProcess, _ incarnation: Int
    ) async throws {
        let deliveries = batch.compactMap { message -> MemoryRouter.Delivery? in
            guard case .event(let event) = message.content else { return nil }
            return MemoryRouter.Delivery(key: message.key, event: event)
        }
        while true {
            do {
                let outcome = try await router.route(deliveries)
                publish(outcome.messages, from: process, incarnation)
                publish(reopened: outcome.reopened, from: process, incarnation)
                return
            } catch let error as StoreError where [.linkTaken, .staleRecord].contains(error.code) {
                try await pause(process, incarnation, for: random.draw(50_000...250_000))
            } catch is StoreAway {
                try await pause(process, incarnation, for: random.draw(50_000...250_000))
            }
        }
    }

    private func take(_ batch: [MemoryMessage], _ adapter: AdapterParts, _ access: ProcessAccess) async throws {
        let commands = batch.compactMap { message -> AcceptedCommand? in
            guard case .command(let command) = message.content else { return nil }
            return AcceptedCommand(
                messageID: message.id.description, generation: message.generation, connection: command.connection,
                command: command, body: [], headers: [:])
        }
        while true {
            do {
                return try await adapter.store.accept(commands)
            } catch is StoreAway {
                try await access.pause(for: .microseconds(random.draw(50_000...250_000)))
            }
        }
    }

    // MARK: Webhooks

    /// A vendor tells that an object has changed.
    func announce(_ native: NativeReference, of vendor: SimulatedVendor) {
        guard !isOver else { return }
        let role = vendor.profile.role
        // What no list of changes shows is told for sure.
        let mustArrive = vendor.current(native)?.isHidden == true
        if isActive(.webhooksDropped, role), !mustArrive, random.chance(0.7) { return }
        var times = 1
        if isActive(.webhooksRepeated, role) { times += Int(random.draw(0...2)) }
        for _ in 0..<times {
            let delay: Int64 = isActive(.webhooksLate, role) || times > 1 ? 60_000_000 : 1_000_000
            hook(native, vendor, after: random.draw(1_000...delay), attempts: mustArrive ? .min : 0)
        }
    }

    /// Delivers a webhook; what is not answered with 2xx comes again.
    private func hook(_ native: NativeReference, _ vendor: SimulatedVendor, after delay: Int64, attempts: Int) {
        guard attempts < 6 else { return }
        pending(after: delay) { [unowned self] in
            let role = vendor.profile.role
            guard let process = anyone(of: .adapter(role)), let adapter = process.adapter else {
                return hook(native, vendor, after: 10_000_000, attempts: attempts + 1)
            }
            let kept = KeptWebhook(
                id: ids.next(now), connection: vendor.profile.connection, receivedAt: now, headers: [:], body: [],
                hints: [ChangeHint(native: native, topic: "changed")])
            let receipt = PendingAnswer()
            spawn(process) {
                try await adapter.store.keep([kept])
                receipt.number = 200
            } finally: { [unowned self] _ in
                poke(role)
            }
            pending(after: 10_000_000) { [unowned self] in
                if receipt.number == nil { hook(native, vendor, after: 1_000, attempts: attempts + 1) }
            }
        }
    }
}

extension ServiceProcess {
    func consumes(_ queue: MemoryMessage.Queue, of world: World) -> Bool {
        switch (queue, kind) {
        case (.events, .router): true
        case (.commands(let connection), .adapter(let role)):
            world.vendor(role).connection == connection
        default: false
        }
    }
}
