internal import CrashPoints
internal import Synchronization

/// Sends requests by libcurl: one multi handle on a thread of its own, with reused connections and HTTP/2.
///
/// One transport serves any number of tasks and hosts. It never repeats a request that may have arrived, except for a
/// GET on a reused connection that turns out to be closed; it follows no redirects, keeps no cookies, reads no `.netrc`
/// and no proxy from the environment, and always verifies certificates. Bodies are decompressed (gzip, deflate).
///
/// `shutDown()` ends it; so does releasing it, after which requests in progress end as cancelled.
public final class CurlTransport: HTTPTransport {
    private let configuration: Configuration
    private let redactor: Redactor
    private let multi: CurlMulti

    /// Sets up a transport; connections are made when they are needed.
    ///
    /// - Parameter redactor: knows the secrets that must not appear in errors; those of the proxy URL are added to it.
    /// - Throws: `invalidConfiguration`, with a message for the operator.
    public init(
        configuration: Configuration = Configuration(), redactor: Redactor = Redactor()
    ) throws(VendorHTTPError) {
        try configuration.validate()
        if let password = configuration.proxy?.password { redactor.register(password) }
        self.configuration = configuration
        self.redactor = redactor
        multi = try CurlMulti(configuration: configuration, redactor: redactor)
    }

    deinit {
        multi.close()
    }

    /// Sends one request and waits for the whole response.
    public func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse {
        let deadline = ContinuousClock.now.advanced(by: request.deadline)
        let prepared: PreparedRequest
        do throws(VendorHTTPError) {
            prepared = try PreparedRequest(request, configuration)
        } catch {
            throw VendorHTTPError(
                error.code, .notSent, location: redactor.location(request.url, request.method),
                redactor.text(error.message))
        }
        CrashPoint.pass(.before, .send, prepared.operation)
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await multi.perform(prepared, until: deadline, cancellation)
        } onCancel: {
            cancellation.request()
            multi.noticeCancellation()
        }
        let response = try result.get()
        CrashPoint.pass(.after, .answer, prepared.operation)
        return response
    }

    /// Ends the transport: requests in progress and later ones end as cancelled, and connections are closed.
    public func shutDown() async {
        await multi.shutDown()
    }
}

/// Says that the task of a request was cancelled; set from any thread, read on the transport's.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() {
        flag.store(true, ordering: .releasing)
    }
}
