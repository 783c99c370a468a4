internal import CCurl
internal import Glibc
internal import SocketThread

/// Owns a multi handle and runs its transfers, on one thread.
///
/// libcurl: "You must never share the same handle in multiple threads." Every call on it is made here, except for the
/// wake-up.
actor CurlMulti {
    private nonisolated let thread: SocketThread
    private nonisolated let wakeup: CurlWakeup
    private let handles: CurlHandles
    private let configuration: CurlTransport.Configuration
    private let redactor: Redactor
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var nearestDeadline: ContinuousClock.Instant?
    private var isAttached = false
    private var hasEnded = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(configuration: CurlTransport.Configuration, redactor: Redactor) throws(VendorHTTPError) {
        self.configuration = configuration
        self.redactor = redactor
        handles = try CurlHandles(configuration)
        wakeup = handles.wakeup
        thread = SocketThread(name: "vendor-http")
    }

    /// Runs one exchange to its end.
    func perform(
        _ request: PreparedRequest, until deadline: ContinuousClock.Instant, _ cancellation: Cancellation
    ) async -> Result<HTTPResponse, VendorHTTPError> {
        func refused(_ code: VendorHTTPError.Code, _ message: String) -> Result<HTTPResponse, VendorHTTPError> {
            .failure(VendorHTTPError(code, .notSent, location: redactor.location(request.url, request.method), message))
        }
        if hasEnded || wakeup.isClosing { return refused(.cancelled, "the transport has been shut down") }
        if cancellation.isRequested { return refused(.cancelled, "cancelled before the request was sent") }
        guard deadline > .now else { return refused(.timedOut, "the deadline passed before the request was sent") }
        guard let easy = curl_easy_init() else { return refused(.libraryFailed, "libcurl has no handle to give") }
        attach()
        return await withCheckedContinuation { continuation in
            let transfer = CurlTransfer(
                easy: easy, request: request, deadline: deadline, cancellation: cancellation,
                continuation: continuation)
            transfer.configure(configuration, share: handles.share)
            let failure = curl_multi_add_handle(handles.multi, easy)
            guard failure == CURLM_OK else {
                let text = String(cString: curl_multi_strerror(failure))
                continuation.resume(returning: refused(.libraryFailed, "libcurl refuses the request: \(text)"))
                return
            }
            transfers[easy] = transfer
            nearestDeadline = min(nearestDeadline ?? deadline, deadline)
        }
    }

    /// Ends every transfer and the thread.
    func shutDown() {
        guard !hasEnded else { return }
        hasEnded = true
        for transfer in Array(transfers.values) {
            abandon(transfer, .cancelled, "the transport has been shut down")
        }
        if isAttached { thread.detach() }
        isAttached = false
        thread.stop()
    }

    /// Does the same without waiting; safe from any thread.
    nonisolated func close() {
        wakeup.close()
        thread.stop()
    }

    /// Makes the thread look for transfers whose task was cancelled; safe from any thread.
    nonisolated func noticeCancellation() {
        wakeup.noticeCancellation()
    }

    private func attach() {
        guard !isAttached else { return }
        isAttached = true
        // CURLOPT_NOSIGNAL makes libcurl "NOT ask the system to ignore SIGPIPE signals, which otherwise are sent by the
        // system when trying to send data to a socket which is closed in the other end". The signal goes to the thread
        // that writes, so blocking it on this one is enough.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        thread.attach(CurlSource(self))
    }

    /// Waits for a socket of libcurl, a wake-up or the nearest deadline.
    fileprivate func wait(wakeup descriptor: Int32) {
        let left = nearestDeadline.map { ContinuousClock.now.duration(to: $0).wholeMilliseconds }
        var extra = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        // With nothing to do an hour is as good as for ever: a job or a cancellation ends the wait.
        curl_multi_poll(handles.multi, &extra, 1, Int32(min(left ?? .max, 3_600_000)), nil)
    }

    /// Moves every transfer on and ends those that are done, cancelled or late.
    fileprivate func pump() {
        if wakeup.isClosing {
            shutDown()
            return
        }
        var running: Int32 = 0
        curl_multi_perform(handles.multi, &running)
        #if PLUMBLINE_CRASH_POINTS
            for transfer in transfers.values { transfer.noticeSent() }
        #endif
        var code = CURLE_OK
        while let easy = shim_multi_next_done(handles.multi, &code) {
            if let transfer = transfers[easy] { finish(transfer, code) }
        }
        if wakeup.takeAttention() {
            for transfer in Array(transfers.values) where transfer.cancellation.isRequested {
                abandon(transfer, .cancelled, "cancelled")
            }
        }
        if let nearestDeadline, nearestDeadline <= .now { endLateTransfers() }
    }

    private func endLateTransfers() {
        let now = ContinuousClock.now
        for transfer in Array(transfers.values) where transfer.deadline <= now {
            abandon(transfer, .timedOut, "no complete response within the deadline")
        }
        nearestDeadline = transfers.values.map(\.deadline).min()
    }

    /// Ends a transfer that libcurl has ended.
    private func finish(_ transfer: CurlTransfer, _ code: CURLcode) {
        remove(transfer)
        if code == CURLE_OK {
            let version: HTTPVersion =
                switch shim_getinfo_long(transfer.easy, CURLINFO_HTTP_VERSION) {
                case Int(CURL_HTTP_VERSION_1_0): .http1_0
                case Int(CURL_HTTP_VERSION_2_0): .http2
                default: .http1_1
                }
            transfer.continuation.resume(returning: .success(transfer.collected.response(version)))
        } else {
            let error = CurlFailure(
                code: code, text: redactor.text(transfer.errorText), delivery: transfer.delivery,
                collected: transfer.collected, hasProxy: configuration.proxy != nil)
            transfer.continuation.resume(returning: .failure(error.vendorError(location: location(of: transfer))))
        }
    }

    /// Ends a transfer that libcurl is still at.
    private func abandon(_ transfer: CurlTransfer, _ code: VendorHTTPError.Code, _ message: String) {
        remove(transfer)
        let status = transfer.collected.status
        transfer.continuation.resume(
            returning: .failure(
                VendorHTTPError(
                    code, transfer.delivery, status: status == 0 ? nil : status, location: location(of: transfer),
                    message)))
    }

    private func location(of transfer: CurlTransfer) -> String {
        redactor.location(transfer.request.url, transfer.request.method)
    }

    private func remove(_ transfer: CurlTransfer) {
        curl_multi_remove_handle(handles.multi, transfer.easy)
        transfers[transfer.easy] = nil
        if transfers.isEmpty { nearestDeadline = nil }
    }
}

/// Lets the thread wait for the sockets of a multi handle.
private final class CurlSource: SocketSource {
    private let multi: CurlMulti

    init(_ multi: CurlMulti) {
        self.multi = multi
    }

    func wait(wakeup: Int32) {
        multi.assumeIsolated { $0.wait(wakeup: wakeup) }
    }

    func pump() {
        multi.assumeIsolated { $0.pump() }
    }
}
