public import CanonicalModel
internal import Postgres
public import SyncCore

/// What could not be done and waits for a person.
public enum DeadLetters {
    /// A letter with everything that is needed to understand it.
    public struct Letter: Sendable {
        /// Where it came from.
        public enum Source: String, Sendable, TextColumn {
            /// A dead-letter queue of the broker.
            case broker
            /// An event that could not be routed.
            case event
            /// Work that a vendor refused.
            case work
            /// An object that could not be read or understood.
            case read
            /// A webhook that nobody could read.
            case webhook
        }

        /// Its id.
        public var id: CanonicalID
        /// Where it came from.
        public var source: Source
        /// The queue, for messages.
        public var queue: String?
        /// The message.
        public var message: CanonicalID?
        /// The message's generation.
        public var generation: Int
        /// The connection concerned.
        public var connection: ConnectionID?
        /// The kind of record.
        public var entity: EntityKind?
        /// The record.
        public var record: CanonicalID?
        /// The object in its system.
        public var native: NativeReference?
        /// The class of the failure.
        public var failureClass: FailureClass
        /// The short code of the failure.
        public var code: String
        /// What went wrong, in words.
        public var failure: String
        /// What a person can do about it.
        public var fix: String
        /// How often it was tried.
        public var attempts: Int
        /// When it failed.
        public var failedAt: Instant
        /// The correlation.
        public var correlation: CanonicalID?
        /// Headers of the message.
        public var headers: [String: String]
        /// The message's body, the desired state, the webhook's body.
        public var payload: [UInt8]

        /// Takes the parts.
        public init(
            id: CanonicalID, source: Source, queue: String? = nil, message: CanonicalID? = nil, generation: Int = 1,
            connection: ConnectionID? = nil, entity: EntityKind? = nil, record: CanonicalID? = nil,
            native: NativeReference? = nil, failureClass: FailureClass, code: String, failure: String, fix: String,
            attempts: Int, failedAt: Instant, correlation: CanonicalID? = nil, headers: [String: String] = [:],
            payload: [UInt8]
        ) {
            self.id = id
            self.source = source
            self.queue = queue
            self.message = message
            self.generation = generation
            self.connection = connection
            self.entity = entity
            self.record = record
            self.native = native
            self.failureClass = failureClass
            self.code = code
            self.failure = failure
            self.fix = fix
            self.attempts = attempts
            self.failedAt = failedAt
            self.correlation = correlation
            self.headers = headers
            self.payload = payload
        }

        /// What the same thing failing again in the same way has in common.
        var subject: String {
            let what =
                message.map(\.description) ?? record.map { "\(connection?.name ?? "")/\($0)" }
                ?? native.map { "\(connection?.name ?? "")/\($0)" } ?? id.description
            return "\(source.rawValue)/\(what)/\(code)"
        }
    }

    /// Writes letters.
    ///
    /// The same thing failing again in the same way adds to its letter: to the open one, and to the one that is being
    /// replayed, which is open again then, unless its turn has not come yet. Rows are locked in the order of subjects.
    public static func insert(_ letters: [Letter]) -> Statement<Void> {
        var last: [String: Letter] = [:]
        for letter in letters { last[letter.subject] = letter }
        let letters = last.sorted { $0.key < $1.key }.map(\.value)
        let causes = letters.map(\.cause)
        return Statement(
            """
            insert into dead_letter (
                id, source, queue, message, generation, connection, entity, record, native_type, native_id,
                failure_class, code, failure, fix, attempts, first_failed_at, last_failed_at, correlation, headers,
                payload, subject, cause, pattern, redacted)
            select id, source, queue, message, generation, connection, entity, record, native_type, native_id,
                failure_class, code, failure, fix, attempts, failed_at, failed_at, correlation, headers::jsonb,
                payload, subject, cause, pattern, redacted
            from unnest(
                \(letters.map(\.id)), \(letters.map(\.source)), \(letters.map(\.queue?.storable)), \(letters.map(\.message)),
                \(letters.map { Int32(clamping: $0.generation) }), \(letters.map(\.connection)),
                \(letters.map(\.entity)), \(letters.map(\.record)), \(letters.map(\.native?.type.storable)),
                \(letters.map(\.native?.id.storable)), \(letters.map(\.failureClass)),
                \(letters.map(\.code.storable)), \(letters.map(\.failure.storable)),
                \(letters.map(\.fix.storable)), \(letters.map { Int32(clamping: $0.attempts) }),
                \(letters.map(\.failedAt)), \(letters.map(\.correlation)), \(letters.map(headers)),
                \(letters.map(\.payload)), \(letters.map(\.subject.storable)), \(causes.map(\.key)),
                \(causes.map(\.pattern.storable)), \(letters.map { redacted($0.payload) })
            ) as given(
                id, source, queue, message, generation, connection, entity, record, native_type, native_id,
                failure_class, code, failure, fix, attempts, failed_at, correlation, headers, payload, subject,
                cause, pattern, redacted)
            on conflict (subject) where state in ('open', 'replaying') do update set
                attempts = dead_letter.attempts + excluded.attempts, last_failed_at = excluded.last_failed_at,
                failure = excluded.failure, fix = excluded.fix, payload = excluded.payload,
                generation = excluded.generation, cause = excluded.cause, pattern = excluded.pattern,
                redacted = excluded.redacted, opened_at = null,
                state = case when dead_letter.state = 'replaying' and dead_letter.opened_at is null then 'replaying'
                    else 'open' end
            """)
    }

    /// A payload as roles without the right to personal data see it.
    static func redacted(_ payload: [UInt8]) -> String {
        PayloadRedaction.redacted(payload).jsonText.storable
    }

    private static func headers(_ letter: Letter) -> String {
        var object = JSONObject()
        for (name, value) in letter.headers.sorted(by: { $0.key < $1.key }) {
            object[name.storable] = .string(value.storable)
        }
        return JSONValue.object(object).jsonText
    }
}
