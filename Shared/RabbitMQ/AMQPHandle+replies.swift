internal import CRabbitMQ

extension AMQPHandle {
    /// Turns the answer of a synchronous call on `channel` into an error, if it is one.
    func check(
        _ reply: amqp_rpc_reply_t, on channel: amqp_channel_t, _ operation: @autoclosure () -> String
    ) throws(RabbitError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            switch reply.reply.id {
            case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
                throw channelClosed(reply.reply, on: channel, operation())
            case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
                throw connectionClosed(reply.reply, operation())
            default:
                throw RabbitError(
                    .connectionLost, operation: operation(), detail: "an unexpected answer, method \(reply.reply.id)")
            }
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            throw Self.error(reply.library_error, operation())
        default:
            throw RabbitError(.connectionLost, operation: operation(), detail: "the connection ended")
        }
    }

    /// Turns the status of an asynchronous call into an error, if it is one.
    func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(RabbitError) {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw Self.error(status, operation())
    }

    /// Reads a channel.close and answers it; only then can the channel be opened again.
    func channelClosed(_ method: amqp_method_t, on channel: amqp_channel_t, _ operation: String) -> RabbitError {
        let close = method.decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
        let text = String(close.reply_text)
        let code: RabbitError.Code =
            switch Int32(close.reply_code) {
            case AMQP_NOT_FOUND: .notFound
            case AMQP_PRECONDITION_FAILED where text.contains("inequivalent arg"): .topologyMismatch
            case AMQP_ACCESS_REFUSED: .refused
            default: .channelClosed
            }
        var answer = amqp_channel_close_ok_t()
        _ = amqp_send_method(connection, channel, amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD), &answer)
        return RabbitError(code, operation: operation, detail: text, replyCode: Int(close.reply_code))
    }

    /// Reads a connection.close and answers it.
    func connectionClosed(_ method: amqp_method_t, _ operation: String) -> RabbitError {
        let close = method.decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        let text = String(close.reply_text)
        // 403 to a log-in is the password; 530 and 403 later are permissions and virtual hosts.
        let code: RabbitError.Code =
            switch Int32(close.reply_code) {
            case AMQP_ACCESS_REFUSED where text.contains("Login was refused"): .authenticationFailed
            case AMQP_ACCESS_REFUSED, AMQP_NOT_ALLOWED: .refused
            default: .connectionLost
            }
        var answer = amqp_connection_close_ok_t()
        _ = amqp_send_method(connection, 0, amqp_method_number_t(AMQP_CONNECTION_CLOSE_OK_METHOD), &answer)
        return RabbitError(code, operation: operation, detail: text, replyCode: Int(close.reply_code))
    }

    static func text(_ status: Int32) -> String {
        amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)"
    }

    private static func error(_ status: Int32, _ operation: String) -> RabbitError {
        let code: RabbitError.Code = status == AMQP_STATUS_TIMEOUT.rawValue ? .timedOut : .connectionLost
        return RabbitError(code, operation: operation, detail: text(status))
    }
}
