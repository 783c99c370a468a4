import CanonicalModel
import Messaging
import SyncStore

extension MessageKey {
    /// What a delivery is known by, also one that a stranger has published.
    init(of message: IncomingMessage, in queue: String) {
        self.init(
            CanonicalID(foreignMessageID: message.id, queue: queue, body: message.body),
            generation: message.headers[MessageHeaders.generation].flatMap { Int($0) } ?? 1)
    }
}
