internal import CCurl
internal import CrashPoints

/// One exchange: its easy handle, the memory that libcurl borrows for it, and what has arrived so far.
///
/// Lives on the transport's thread; the callbacks of libcurl run there, inside `curl_multi_perform`.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    let request: PreparedRequest
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation
    let continuation: CheckedContinuation<Result<HTTPResponse, VendorHTTPError>, Never>

    private(set) var collected = ResponseCollector()
    /// How often libcurl was about to send the request.
    private(set) var attempts = 0
    private var isSent = false
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let body: UnsafeMutableBufferPointer<UInt8>?

    init(
        easy: UnsafeMutableRawPointer, request: PreparedRequest, deadline: ContinuousClock.Instant,
        cancellation: Cancellation, continuation: CheckedContinuation<Result<HTTPResponse, VendorHTTPError>, Never>
    ) {
        self.easy = easy
        self.request = request
        self.deadline = deadline
        self.cancellation = cancellation
        self.continuation = continuation
        collected.limit = request.maximumResponseBytes
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        body = request.body.map { bytes in
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
            copy.initialize(repeating: 0)
            _ = copy.update(fromContentsOf: bytes)
            return copy
        }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorBuffer.deallocate()
        body?.deallocate()
    }

    /// Whether any byte of the request may have left.
    ///
    /// CURLOPT_PREREQFUNCTION "gets called by libcurl after a connection has been established or a connection has been
    /// reused (including any SSL handshaking), but before any request is actually made on the connection". So before
    /// the first call nothing was sent; after it, something may have been.
    var delivery: VendorHTTPError.Delivery { attempts == 0 ? .notSent : .maybeSent }

    /// Notices once that the whole request has left, and that no answer has come yet.
    func noticeSent() {
        guard !isSent, attempts > 0, collected.status == 0 else { return }
        guard shim_getinfo_offset(easy, CURLINFO_SIZE_UPLOAD_T) >= curl_off_t(request.body?.count ?? 0) else { return }
        isSent = true
        CrashPoint.pass(.after, .send, request.operation)
    }

    /// What libcurl says about the failure; empty when it says nothing.
    var errorText: String { String(cString: errorBuffer) }

    /// Sets every option of the handle.
    func configure(_ configuration: CurlTransport.Configuration, share: UnsafeMutableRawPointer) {
        setText(CURLOPT_URL, request.url)
        setSafety(configuration)
        setConnection(configuration, share: share)
        setMethodAndBody()
        for line in request.headerLines { headerList = curl_slist_append(headerList, line) ?? headerList }
        shim_setopt_pointer(easy, CURLOPT_HTTPHEADER, headerList)
        shim_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
        setCallbacks()
    }

    private func setSafety(_ configuration: CurlTransport.Configuration) {
        let protocols = configuration.allowsPlainHTTP ? "http,https" : "https"
        setText(CURLOPT_PROTOCOLS_STR, protocols)
        setText(CURLOPT_REDIR_PROTOCOLS_STR, protocols)
        setLong(CURLOPT_FOLLOWLOCATION, 0)
        setLong(CURLOPT_PATH_AS_IS, 1)
        setLong(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        setLong(CURLOPT_NETRC, CURL_NETRC_IGNORED.rawValue)
        setLong(CURLOPT_SSL_VERIFYPEER, 1)
        setLong(CURLOPT_SSL_VERIFYHOST, 2)
        setLong(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        setLong(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        setText(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        // A body that announces itself as too long is refused at once; the collector counts what really comes, after
        // decompression.
        shim_setopt_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(request.maximumResponseBytes, 1)))
        if let caFile = configuration.caFile { setText(CURLOPT_CAINFO, caFile) }
        // CURLOPT_PROXY: "Setting the proxy string to "" (an empty string) will explicitly disable the use of a proxy,
        // even if there is an environment variable set for it"; likewise with CURLOPT_NOPROXY and its variable.
        setText(CURLOPT_PROXY, configuration.proxy?.url ?? "")
        setText(CURLOPT_NOPROXY, configuration.proxy?.bypass.joined(separator: ",") ?? "")
    }

    private func setConnection(_ configuration: CurlTransport.Configuration, share: UnsafeMutableRawPointer) {
        // Signals belong to the process; the thread has SIGPIPE blocked instead (CurlMulti).
        setLong(CURLOPT_NOSIGNAL, 1)
        // Without this, ending a transfer whose name is being resolved waits for the resolver thread, and every other
        // transfer of this thread with it. The manual warns of "a possible (though short-lived) leak": the resolver
        // thread then frees its memory itself once getaddrinfo has returned.
        setLong(CURLOPT_QUICK_EXIT, 1)
        setLong(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.wholeMilliseconds)
        if configuration.idleConnectionLifetime == .zero {
            // To CURLOPT_MAXAGE_CONN, 0 means no limit.
            setLong(CURLOPT_FORBID_REUSE, 1)
        } else {
            setLong(CURLOPT_MAXAGE_CONN, (configuration.idleConnectionLifetime / 1000).wholeMilliseconds)
        }
        setLong(CURLOPT_LOW_SPEED_LIMIT, configuration.lowSpeedBytesPerSecond)
        setLong(CURLOPT_LOW_SPEED_TIME, (configuration.lowSpeedTime / 1000).wholeMilliseconds)
        setLong(CURLOPT_TCP_KEEPALIVE, 1)
        setLong(
            CURLOPT_HTTP_VERSION, configuration.allowsHTTP2 ? Int(CURL_HTTP_VERSION_2TLS) : Int(CURL_HTTP_VERSION_1_1))
        // Waits for a connection that is being made, to share it if it speaks HTTP/2.
        setLong(CURLOPT_PIPEWAIT, configuration.allowsHTTP2 ? 1 : 0)
        setText(CURLOPT_USERAGENT, configuration.userAgent)
        shim_setopt_pointer(easy, CURLOPT_SHARE, share)
    }

    private func setMethodAndBody() {
        if let body, let bytes = request.body {
            // libcurl reads this memory until the transfer ends and does not copy it.
            setLong(CURLOPT_POST, 1)
            shim_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
            shim_setopt_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        } else {
            setLong(CURLOPT_HTTPGET, 1)
        }
        setText(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func setCallbacks() {
        shim_set_callbacks(
            easy,
            { bytes, size, count, context in
                CurlTransfer.from(context)?.collect(bytes, size * count) { $0.takeHeader($1) } ?? 0
            },
            { bytes, size, count, context in
                CurlTransfer.from(context)?.collect(bytes, size * count) { $0.takeBody($1) } ?? 0
            },
            { context, _, _, _, _ in
                CurlTransfer.from(context)?.mayBegin() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Decides whether the request may be written to a connection now.
    ///
    /// libcurl silently sends a request again when a reused connection ends without a byte of an answer ("Connection
    /// died, retrying a fresh connect"), when a server refuses an HTTP/2 stream, or asks for HTTP/1.1. There is no
    /// option against it, and the first sending may well have been acted upon. Each such attempt passes the pre-request
    /// callback again, and returning CURL_PREREQFUNC_ABORT will "cause the transfer to fail" there: so only what is
    /// repeatable gets a second attempt.
    private func mayBegin() -> Bool {
        guard attempts == 0 || request.method.isRepeatable else { return false }
        attempts += 1
        return true
    }

    private func collect(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
        _ take: (inout ResponseCollector, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Int {
        if collected.status == 0 { CrashPoint.pass(.before, .answer, request.operation) }
        let raw = UnsafeRawBufferPointer(start: bytes, count: count)
        // Anything but the full count makes libcurl end the transfer with CURLE_WRITE_ERROR.
        return raw.withMemoryRebound(to: UInt8.self) { take(&collected, $0) } ? count : (count == 0 ? 1 : 0)
    }

    private func setLong(_ option: CURLoption, _ value: some BinaryInteger) {
        shim_setopt_long(easy, option, Int(value))
    }

    private func setText(_ option: CURLoption, _ value: String) {
        shim_setopt_text(easy, option, value)
    }
}

extension Duration {
    /// Milliseconds, rounded up and within what a C `int` holds.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let limit = Int64(Int32.max)
        guard seconds < limit / 1000 else { return Int(limit) }
        return Int(max(0, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
