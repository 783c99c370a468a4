#!/usr/bin/env python3
"""Runs the edge as it is shipped, on ports of its own, before adapters that only note what reaches them.

usage: edge.py NGINX    the program; OpenSSL makes the certificates
"""

import http.client
import http.server
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

from report import end, tell

KUBERNETES = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
MEGABYTE = 1 << 20


class Adapter(http.server.ThreadingHTTPServer):
    """Answers 204, and notes method, path, host and length of what comes."""

    def __init__(self):
        self.seen = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, self.headers["Host"], len(body)))
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


class Edge:
    """nginx with the shipped configuration, of which only addresses and folders are others."""

    def __init__(self, program: str, folder: pathlib.Path, adapters: dict[str, int]):
        self.folder = folder
        self.log = folder / "access.log"
        self.port, self.health = free_port(), free_port()
        (folder / "tls").mkdir()
        self.certify()
        text = (KUBERNETES / "components" / "edge" / "nginx.conf").read_text()
        connections = KUBERNETES / "components" / "example-connections" / "connections.map"
        changes = {
            "/tmp/": f"{folder}/",
            "listen 8443 ": f"listen 127.0.0.1:{self.port} ",
            "listen 8081;": f"listen 127.0.0.1:{self.health};",
            "/etc/nginx/connections/connections.map": str(connections),
            "/etc/nginx/tls": str(folder / "tls"),
            "/dev/stdout": str(self.log),
        } | {f"server {name}:8080;": f"server 127.0.0.1:{port};" for name, port in adapters.items()}
        for old, new in changes.items():
            assert old in text, f"the edge's configuration has no {old}"
            text = text.replace(old, new)
        # Started by root, its workers would be another user, who may not read this folder.
        if os.geteuid() == 0:
            text = "user root;\n" + text
        file = folder / "nginx.conf"
        file.write_text(text)
        self.process = subprocess.Popen([program, "-e", "stderr", "-c", str(file)], stderr=subprocess.PIPE, text=True)
        limit = time.monotonic() + 20
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > limit:
                reason = self.process.stderr.read() if self.process.poll() is not None else "no answer"
                raise SystemExit(f"the edge does not start: {reason}")
            time.sleep(0.02)

    def certify(self):
        """A new key and certificate in the place of the old."""
        tls = self.folder / "tls"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", tls / "tls.key", "-out", tls / "tls.crt"], check=True, capture_output=True, timeout=30)

    def is_up(self) -> bool:
        try:
            return self.plain(self.health, "/health/live") == 204
        except OSError:
            return False

    @staticmethod
    def plain(port: int, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    def ask(self, method: str, path: str, length: int | None = None, context: ssl.SSLContext | None = None):
        if context is None:
            context = ssl.create_default_context(cafile=self.folder / "tls" / "tls.crt")
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=20, context=context)
        try:
            connection.putrequest(method, path)
            if length is not None:
                connection.putheader("Content-Length", str(length))
            connection.endheaders()
            try:
                connection.send(b"x" * (length or 0))
            except OSError:
                # It has answered before it has read all.
                pass
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def statuses(self, method: str, path: str, count: int) -> list[int]:
        """The answers to so many requests, sent over one connection without waiting for any."""
        context = ssl.create_default_context(cafile=self.folder / "tls" / "tls.crt")
        plain = socket.create_connection(("127.0.0.1", self.port), 20)
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            request = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n".encode()
            threading.Thread(
                target=stream.sendall,
                args=((request + b"\r\n") * (count - 1) + request + b"Connection: close\r\n\r\n",), daemon=True).start()
            answers = b""
            while block := stream.recv(65536):
                answers += block
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def unlike(given, wanted) -> list[str]:
    return [] if given == wanted else [f"it is {given!r} and not {wanted!r}"]


def judge_ways(edge: Edge, adapters: dict[str, Adapter]) -> None:
    for connection, adapter in (("hubspot", "crm-adapter"), ("jobber", "fsm-adapter")):
        path = f"/webhooks/{connection}"
        status = edge.ask("POST", path, 12).status
        faults = unlike(status, 204) + unlike(adapters[adapter].seen, [("POST", path, "localhost", 12)])
        tell(f"edge: a webhook of {connection} reaches {adapter} as it came", faults)
        adapters[adapter].seen.clear()
    path = "/oauth/jobber?code=confidential&state=s"
    answer = edge.ask("GET", path)
    faults = unlike(answer.status, 204) + unlike(adapters["fsm-adapter"].seen, [("GET", path, "localhost", 0)])
    tell("edge: a call-back reaches its adapter with its code (R18.4)", faults)
    policy = answer.getheader("Strict-Transport-Security")
    tell("edge: browsers are told to come by TLS alone", unlike(policy, "max-age=31536000"))
    adapters["fsm-adapter"].seen.clear()
    status = edge.ask("POST", "/webhooks/quickbooks", 0).status
    tell("edge: an adapter that is away is a fault that senders repeat", unlike(status, 502))
    log = edge.log.read_text()
    is_silent = " /oauth/jobber 204 " in log and "confidential" not in log
    tell("edge: its log has paths and no codes", [] if is_silent else [log])


def judge_refusals(edge: Edge, adapters: dict[str, Adapter]) -> None:
    strangers = [
        "/", "/metrics", "/health/ready", "/webhooks", "/webhooks/", "/webhooks/nobody", "/webhooks/hubspot/",
        "/webhooks/HUBSPOT", "/webhooks//hubspot", "//webhooks/hubspot", "/webhooks/hubspot/../../metrics",
        "/webhooks/hubspot%2f..%2fmetrics", "/webhooks/hubspot.", "/webhooks/../metrics", "/webhooks/" + "a" * 41,
        "/oauth", "/oauth/nobody", "/oauth/jobber/token",
    ]
    asked = [(method, path) for path in strangers for method in ("GET", "POST")]
    faults = [f"{one}: {status}" for one in asked if (status := edge.ask(*one).status) != 404]
    tell("edge: there is nothing but webhooks and call-backs of known connections (R16.10)", faults)
    others = [(method, "/webhooks/hubspot") for method in ("GET", "PUT", "DELETE")] + [("POST", "/oauth/jobber")]
    faults = [f"{one}: {status}" for one in others if (status := edge.ask(*one).status) != 405]
    tell("edge: other methods are refused", faults)
    large = edge.ask("POST", "/webhooks/hubspot", MEGABYTE + 1).status
    tell("edge: a body longer than an adapter takes is refused", unlike(large, 413))
    tell("edge: a call-back with a body is refused", unlike(edge.ask("GET", "/oauth/jobber", 1025).status, 413))
    seen = [one for adapter in adapters.values() for one in adapter.seen]
    tell("edge: nothing of what was refused has reached an adapter", unlike(seen, []))
    fits = edge.ask("POST", "/webhooks/hubspot", MEGABYTE).status
    faults = unlike(fits, 204) + unlike([one[3] for one in adapters["crm-adapter"].seen], [MEGABYTE])
    tell("edge: a body as long as an adapter takes passes", faults)


def judge_pace(edge: Edge) -> None:
    # Of a connection whose adapter is away, so that answers cost next to nothing.
    given = edge.statuses("POST", "/webhooks/quickbooks", 900)
    tell("edge: more webhooks at once than a sender may send are told to come later", slowed(given, 900, 400))
    given = edge.statuses("GET", "/oauth/quickbooks", 60)
    tell("edge: more call-backs at once than a person makes are refused", slowed(given, 60, 10))


def slowed(given: list[int], count: int, at_once: int) -> list[str]:
    """At least what may come at once has passed, and not all."""
    passed, refused = given.count(502), given.count(429)
    if passed >= at_once and refused > 0 and passed + refused == count:
        return []
    return [f"of {count}, {passed} passed and {refused} were refused"]


def judge_tls(edge: Edge) -> None:
    tell("edge: who does not encrypt gets no answer but that (R18.4)", unlike(edge.plain(edge.port, "/webhooks/hubspot"), 400))
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        faults = [f"it answers {edge.ask('POST', '/webhooks/hubspot', 0, old).status}"]
    except ssl.SSLError as error:
        faults = [] if "PROTOCOL_VERSION" in str(error).upper() else [str(error)]
    tell("edge: TLS 1.1 is refused (R18.4)", faults)
    edge.certify()
    try:
        # Trusts the new certificate alone.
        faults = unlike(edge.ask("POST", "/webhooks/jobber", 0).status, 204)
    except ssl.SSLError as error:
        faults = [str(error)]
    tell("edge: a renewed certificate is used without a restart", faults)


def main() -> int:
    adapters = {"crm-adapter": Adapter(), "fsm-adapter": Adapter()}
    ports = {name: adapter.server_address[1] for name, adapter in adapters.items()} | {"ledger-adapter": free_port()}
    with tempfile.TemporaryDirectory() as folder:
        edge = Edge(sys.argv[1], pathlib.Path(folder), ports)
        try:
            judge_ways(edge, adapters)
            judge_refusals(edge, adapters)
            judge_tls(edge)
            judge_pace(edge)
        finally:
            edge.stop()
    return end()


if __name__ == "__main__":
    sys.exit(main())
