internal import CCurl

/// What libcurl says of a failed transfer, and what that means.
struct CurlFailure {
    let code: CURLcode
    /// Its words, free of secrets.
    let text: String
    let delivery: VendorHTTPError.Delivery
    let collected: ResponseCollector
    let hasProxy: Bool

    func vendorError(location: String) -> VendorHTTPError {
        let meaning = delivery == .maybeSent && Self.beforeSending.contains(meaning.code) ? Self.lostOnRetry : meaning
        let words = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return VendorHTTPError(
            meaning.code, delivery, status: collected.status == 0 ? nil : collected.status, location: location,
            "\(meaning.message): \(words) [libcurl \(code.rawValue)]")
    }

    private static let beforeSending: Set<VendorHTTPError.Code> = [
        .resolveFailed, .connectFailed, .proxyFailed, .tlsFailed,
    ]
    /// libcurl reports how its second attempt failed; what counts is that there was a first one.
    private static let lostOnRetry = (
        code: VendorHTTPError.Code.connectionLost,
        message: "the connection broke after the request may have been sent, and no other could be made"
    )

    private var meaning: (code: VendorHTTPError.Code, message: String) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: (.resolveFailed, "the host has no address")
        case CURLE_COULDNT_RESOLVE_PROXY: (.resolveFailed, "the proxy's host has no address")
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: (.connectFailed, "no connection could be made")
        case CURLE_PROXY: (.proxyFailed, "the proxy failed")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED:
            (.tlsFailed, "TLS failed")
        case CURLE_OPERATION_TIMEDOUT: (.timedOut, "too slow")
        case CURLE_URL_MALFORMAT where delivery == .notSent, CURLE_UNSUPPORTED_PROTOCOL where delivery == .notSent:
            (.invalidURL, "the URL cannot be used")
        case CURLE_WRITE_ERROR where collected.isTooLarge, CURLE_FILESIZE_EXCEEDED:
            (.responseTooLarge, "the response is larger than \(collected.limit) bytes, or its header than allowed")
        case CURLE_ABORTED_BY_CALLBACK:
            (.connectionLost, "the reused connection broke; the request may have arrived and was not sent again")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SSL_SHUTDOWN_FAILED:
            beforeOrAfterConnecting
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            (.invalidResponse, "the answer cannot be understood")
        default: (.libraryFailed, "libcurl failed")
        }
    }

    /// A broken stream before the request is one of the proxy's tunnel, or of a peer that hung up at once.
    private var beforeOrAfterConnecting: (code: VendorHTTPError.Code, message: String) {
        if delivery == .maybeSent { return (.connectionLost, "the connection broke before the response was complete") }
        return hasProxy
            ? (.proxyFailed, "the proxy made no connection") : (.connectFailed, "the connection broke at once")
    }
}
