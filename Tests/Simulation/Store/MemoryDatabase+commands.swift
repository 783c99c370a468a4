import CanonicalModel
import ConnectorKit
import Messaging
import SyncCore
import SyncStore

/// What comes in from outside: webhooks, polls and the router's commands.
extension MemoryDatabase {
    func bury(_ webhook: KeptWebhook, _ fault: ConnectorFault) {
        letters.append(
            DeadLetters.Letter(
                id: ids.next(now), source: .webhook, connection: webhook.connection, failureClass: fault.failureClass,
                code: fault.code, failure: fault.message, fix: fault.fix, attempts: 1, failedAt: webhook.receivedAt,
                correlation: webhook.id, payload: webhook.body))
    }

    func moveCursor(of page: KeptPage) throws(StoreError) {
        guard page.before != page.cursor else { return }
        let key = StreamKey(connection: page.connection, stream: page.stream)
        guard cursors[key] == page.before else {
            throw StoreError(.checkpointMoved, "the cursor was moved by another process")
        }
        cursors[key] = page.cursor
    }

    /// Takes in commands and settles their messages; what was settled before has no effect.
    func accept(_ commands: [AcceptedCommand]) {
        let fresh = commands.filter { accepted in
            let key = MessageKey(
                CanonicalID(
                    foreignMessageID: accepted.messageID,
                    queue: BrokerNames().commandQueue(of: accepted.connection.name), body: accepted.body),
                generation: accepted.generation)
            if settle([key]).contains(key.id) { return true }
            guard let command = accepted.command else { return false }
            return acceptForeign(MemoryMessage(command, leaseUntil: now)) && !isLost(command)
        }
        var received: [ReceivedCommand] = []
        for accepted in fresh {
            guard let command = accepted.command else {
                bury(accepted)
                continue
            }
            switch command.verb {
            case .upsert: received.append(ReceivedCommand(command, body: accepted.body))
            case .read:
                let place = Place(record: command.record, connection: command.connection, entity: command.entity)
                guard let native = command.native ?? places[place]?.native else { continue }
                mark([
                    DirtyTable.Mark(
                        native, in: command.connection, correlation: command.context.correlation, hintedAt: now,
                        isWhole: true)
                ])
            case .snapshot: break
            }
        }
        accept(received)
    }

    private func bury(_ accepted: AcceptedCommand) {
        letters.append(
            DeadLetters.Letter(
                id: ids.next(now), source: .event, generation: accepted.generation, connection: accepted.connection,
                failureClass: .undecodable, code: accepted.fault?.code.rawValue ?? "",
                failure: accepted.fault?.description ?? "", fix: "see which sender wrote it", attempts: 1,
                failedAt: now, payload: accepted.body))
    }

    func places(of records: Set<CanonicalID>, connection: ConnectionID) -> [CanonicalID: [PlacedRecord]] {
        var found: [CanonicalID: [PlacedRecord]] = [:]
        for (place, link) in places where place.connection == connection && records.contains(place.record) {
            guard link.state == .active, let native = link.native else { continue }
            found[place.record, default: []].append(PlacedRecord(entity: place.entity, native: native))
        }
        return found
    }
}
